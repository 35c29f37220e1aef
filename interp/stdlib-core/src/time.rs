//! The module `time`.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use interp_object::args::check_count;
use interp_object::builder::ModuleBuilder;
use interp_object::data::module::Module;
use interp_object::data::tuple;
use interp_object::layout::{Obj, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, TypeObject, Value, call, interrupt, ops};

use crate::util::{float, given, int, none, string_arg, text};

/// The module `time`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    start();
    ModuleBuilder::new(esc, "time")
        .functions(FUNCTIONS)
        .value("struct_time", struct_time(esc))
        .value("timezone", int(esc, 0))
        .value("altzone", int(esc, 0))
        .value("daylight", int(esc, 0))
        .value("tzname", crate::util::tuple(esc, [text(esc, "UTC"), text(esc, "UTC")]))
        .value("CLOCK_REALTIME", int(esc, 0))
        .value("CLOCK_MONOTONIC", int(esc, 1))
        .value("CLOCK_PROCESS_CPUTIME_ID", int(esc, 2))
        .value("CLOCK_THREAD_CPUTIME_ID", int(esc, 3))
        .finish()
}

const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("time", NativeFn::NoArgs(|esc, _| seconds(esc, wall())), "Seconds since the Epoch."),
    MethodDef::new("time_ns", NativeFn::NoArgs(|esc, _| nanoseconds(esc, wall())), "Nanoseconds since the Epoch."),
    MethodDef::new("monotonic", NativeFn::NoArgs(|esc, _| seconds(esc, steady())), "A clock that never goes back."),
    MethodDef::new("monotonic_ns", NativeFn::NoArgs(|esc, _| nanoseconds(esc, steady())), "See monotonic."),
    MethodDef::new("perf_counter", NativeFn::NoArgs(|esc, _| seconds(esc, steady())), "The clock for measuring."),
    MethodDef::new("perf_counter_ns", NativeFn::NoArgs(|esc, _| nanoseconds(esc, steady())), "See perf_counter."),
    MethodDef::new("process_time", NativeFn::NoArgs(|esc, _| seconds(esc, process_cpu())), "CPU time of the process."),
    MethodDef::new("process_time_ns", NativeFn::NoArgs(|esc, _| nanoseconds(esc, process_cpu())), "See process_time."),
    MethodDef::new("thread_time", NativeFn::NoArgs(|esc, _| seconds(esc, thread_cpu())), "CPU time of this thread."),
    MethodDef::new("thread_time_ns", NativeFn::NoArgs(|esc, _| nanoseconds(esc, thread_cpu())), "See thread_time."),
    MethodDef::new("sleep", NativeFn::One(sleep), "sleep($module, seconds, /)\n--\n\nWaits."),
    MethodDef::new("gmtime", NativeFn::Positional(gmtime), "Seconds since the Epoch as a UTC date."),
    MethodDef::new("localtime", NativeFn::Positional(gmtime), "As gmtime: the local time zone is UTC here."),
    MethodDef::new("mktime", NativeFn::One(mktime), "A date as seconds since the Epoch."),
    MethodDef::new("strftime", NativeFn::Positional(strftime), "A date as text."),
    MethodDef::new("asctime", NativeFn::Positional(asctime), "A date as text in a fixed form."),
    MethodDef::new("ctime", NativeFn::Positional(ctime), "Seconds since the Epoch as text in a fixed form."),
    MethodDef::new("get_clock_info", NativeFn::One(clock_info), "What is known about a clock."),
];

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

fn wall() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn steady() -> Duration {
    let zero = start();
    // Not from zero: a clock that starts at 0 hides programs that mix it up with durations.
    Instant::now().duration_since(zero) + Duration::from_secs(1000)
}

/// Nanoseconds on the CPU of one task (`/proc/…/schedstat`).
fn task_cpu(path: &std::path::Path) -> Option<Duration> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

fn thread_cpu() -> Duration {
    task_cpu(std::path::Path::new("/proc/thread-self/schedstat")).unwrap_or_else(steady)
}

/// User and system time of the process, threads that ended included (`/proc/self/stat`, in ticks of 10 ms), or the exact sum
/// over the running threads if that is more.
fn process_cpu() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let exact: Duration = tasks.filter_map(|task| task_cpu(&task.path().join("schedstat"))).sum();
    let ticks = || {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 10))
    };
    exact.max(ticks().unwrap_or_default())
}

fn seconds(esc: Esc<'_>, duration: Duration) -> PyResult {
    Ok(float(esc, duration.as_secs_f64()))
}

fn nanoseconds(esc: Esc<'_>, duration: Duration) -> PyResult {
    Ok(int(esc, i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)))
}

fn sleep(esc: Esc<'_>, _: &Value, seconds: &Value) -> PyResult {
    let number = if interp_object::data::float::view(seconds).is_some() {
        ops::as_f64(esc, seconds)?
    } else if interp_object::data::int::view(seconds).is_some() || !seconds.class().slots.index.is_empty() {
        match interp_object::data::int::as_i64(&ops::as_index(esc, seconds)?) {
            Some(number) => number as f64,
            None => return Err(esc.overflow_error("timestamp out of range for C PyTime_t")),
        }
    } else {
        let class = seconds.class().name();
        return Err(esc.type_error(format_args!("'{class}' object cannot be interpreted as an integer or float")));
    };
    if number.is_nan() {
        return Err(esc.value_error("Invalid value NaN (not a number)"));
    }
    if number < 0.0 {
        return Err(esc.value_error("sleep length must be non-negative"));
    }
    let Ok(duration) = Duration::try_from_secs_f64(number) else {
        return Err(esc.overflow_error("timestamp too large to convert to C PyTime_t"));
    };
    interrupt::sleep(esc, duration)?;
    Ok(none())
}

/// A date of the proleptic Gregorian calendar, in UTC.
struct Date {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    /// 0 is Monday.
    weekday: i64,
    /// 1 is the first of January.
    yearday: i64,
}

/// Days from the Epoch to a date (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

impl Date {
    fn from_seconds(seconds: i64) -> Self {
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date {
            year,
            month,
            day,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            weekday: (days + 3).rem_euclid(7),
            yearday: days - days_from_civil(year, 1, 1) + 1,
        }
    }

    fn to_seconds(&self) -> i64 {
        days_from_civil(self.year, self.month, self.day) * 86_400 + self.hour * 3600 + self.minute * 60 + self.second
    }

    fn items(&self) -> [i64; 9] {
        let Date { year, month, day, hour, minute, second, weekday, yearday } = *self;
        [year, month, day, hour, minute, second, weekday, yearday, 0]
    }
}

const FIELDS: [&str; 9] =
    ["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst"];

/// The class `struct_time`, made on first use.
fn struct_time(esc: Esc<'_>) -> Value {
    static CLASS: OnceLock<Value> = OnceLock::new();
    if let Some(class) = CLASS.get() {
        return class.clone();
    }
    match crate::sys::record_class(esc, "time", "struct_time", &FIELDS) {
        Ok(class) => CLASS.get_or_init(|| class).clone(),
        Err(raised) => {
            drop(raised.catch(esc));
            tuple::TUPLE.value()
        }
    }
}

fn now_or(esc: Esc<'_>, args: &[Value]) -> PyResult<i64> {
    match given(args.first()) {
        None => Ok(i64::try_from(wall().as_secs()).unwrap_or(i64::MAX)),
        Some(seconds) => {
            let seconds = ops::as_f64(esc, seconds)?.floor();
            if seconds.abs() < 6.7e16 {
                Ok(seconds as i64)
            } else {
                Err(esc.overflow_error("timestamp out of range for platform time_t"))
            }
        }
    }
}

fn gmtime(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "gmtime", args.len(), 0, 1)?;
    let items = Date::from_seconds(now_or(esc, args)?).items().map(|item| int(esc, item));
    call::call(esc, &struct_time(esc), &[tuple::new(esc, items).into_value()])
}

fn date_arg(esc: Esc<'_>, date: Option<&Value>) -> PyResult<Date> {
    let Some(date) = given(date) else { return Ok(Date::from_seconds(now_or(esc, &[])?)) };
    let items = if TypeObject::from_value(date).is_some() { Vec::new() } else { ops::collect(esc, date)? };
    if items.len() != 9 {
        return Err(esc.type_error(format_args!("Tuple or struct_time argument required, not {}", date.class().name())));
    }
    let mut numbers = [0; 9];
    for (number, item) in numbers.iter_mut().zip(&items) {
        *number = ops::index_i64(esc, item)?;
    }
    let [year, month, day, hour, minute, second, weekday, yearday, _] = numbers;
    if !(0..=12).contains(&month) {
        return Err(esc.value_error("month out of range"));
    }
    Ok(Date { year, month, day, hour, minute, second, weekday: weekday.rem_euclid(7), yearday })
}

fn mktime(esc: Esc<'_>, _: &Value, date: &Value) -> PyResult {
    Ok(float(esc, date_arg(esc, Some(date))?.to_seconds() as f64))
}

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn name(names: &[&'static str], index: i64) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or("?")
}

fn strftime(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "strftime", args.len(), 1, 2)?;
    let format = string_arg(esc, &args[0], "strftime() argument 1")?;
    let date = date_arg(esc, args.get(1))?;
    Ok(text(esc, &format_date(&format, &date)))
}

fn format_date(format: &str, date: &Date) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let Some(directive) = chars.next() else {
            out.push('%');
            break;
        };
        let hour12 = (date.hour + 11) % 12 + 1;
        let sunday = (date.weekday + 1) % 7;
        out.push_str(&match directive {
            'Y' => date.year.to_string(),
            'y' => format!("{:02}", date.year.rem_euclid(100)),
            'C' => format!("{:02}", date.year.div_euclid(100)),
            'm' => format!("{:02}", date.month),
            'd' => format!("{:02}", date.day),
            'e' => format!("{:2}", date.day),
            'H' => format!("{:02}", date.hour),
            'I' => format!("{hour12:02}"),
            'M' => format!("{:02}", date.minute),
            'S' => format!("{:02}", date.second),
            'j' => format!("{:03}", date.yearday),
            'w' => sunday.to_string(),
            'u' => (date.weekday + 1).to_string(),
            'U' => format!("{:02}", (date.yearday + 6 - sunday) / 7),
            'W' => format!("{:02}", (date.yearday + 6 - date.weekday) / 7),
            'a' => name(&DAYS, date.weekday).chars().take(3).collect(),
            'A' => name(&DAYS, date.weekday).to_owned(),
            'b' | 'h' => name(&MONTHS, date.month - 1).chars().take(3).collect(),
            'B' => name(&MONTHS, date.month - 1).to_owned(),
            'p' => if date.hour < 12 { "AM" } else { "PM" }.to_owned(),
            'c' => format_date("%a %b %e %H:%M:%S %Y", date),
            'x' | 'D' => format_date("%m/%d/%y", date),
            'X' | 'T' => format_date("%H:%M:%S", date),
            'R' => format_date("%H:%M", date),
            'F' => format_date("%Y-%m-%d", date),
            's' => date.to_seconds().to_string(),
            'Z' => "UTC".to_owned(),
            'z' => "+0000".to_owned(),
            'n' => "\n".to_owned(),
            't' => "\t".to_owned(),
            '%' => "%".to_owned(),
            other => format!("%{other}"),
        });
    }
    out
}

fn asctime(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let date = date_arg(esc, args.first())?;
    Ok(text(esc, &format_date("%a %b %e %H:%M:%S %Y", &date)))
}

fn ctime(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let date = Date::from_seconds(now_or(esc, args)?);
    Ok(text(esc, &format_date("%a %b %e %H:%M:%S %Y", &date)))
}

fn clock_info(esc: Esc<'_>, _: &Value, clock: &Value) -> PyResult {
    let clock = string_arg(esc, clock, "get_clock_info() argument 1")?;
    if !["time", "monotonic", "perf_counter", "process_time", "thread_time"].contains(&clock.as_str()) {
        return Err(esc.value_error("unknown clock"));
    }
    let info = crate::sys::simple_namespace(esc)?;
    let truth = interp_object::data::singletons::bool;
    for (name, value) in [
        ("implementation", text(esc, "clock_gettime")),
        ("monotonic", truth(clock != "time")),
        ("adjustable", truth(clock == "time")),
        ("resolution", float(esc, 1e-9)),
    ] {
        interp_object::attr::set(esc, &info, &interp_object::intern::intern(esc, name), Some(&value))?;
    }
    Ok(info)
}

#[cfg(test)]
mod tests {
    use super::{Date, format_date};

    #[test]
    fn dates_go_both_ways() {
        for seconds in [0, 951_782_400, -1, 1_700_000_000, 4_102_444_799] {
            assert_eq!(Date::from_seconds(seconds).to_seconds(), seconds);
        }
        assert_eq!(format_date("%F %T %a %j", &Date::from_seconds(951_782_400)), "2000-02-29 00:00:00 Tue 060");
    }
}
