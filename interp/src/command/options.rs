//! The options of the command line, in CPython's spelling.

/// What the command is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Help,
    Version,
    Command(String),
    Module(String),
    Stdin,
    File(String),
}

/// A parsed command line.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) action: Action,
    /// What follows the program's name.
    pub(super) arguments: Vec<String>,
    /// The program was given as `-`.
    pub(super) dash: bool,
    pub(super) optimize: u8,
    pub(super) isolated: bool,
    pub(super) safe_path: bool,
    pub(super) ignore_environment: bool,
    pub(super) unbuffered: bool,
    pub(super) x_options: Vec<(String, Option<String>)>,
}

/// Why a command line was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UsageError {
    Unknown(String),
    NeedsArgument(String),
}

/// Parses a command line, the command's own name first.
pub(super) fn parse(args: &[String]) -> Result<Options, UsageError> {
    let mut options = Options {
        action: Action::Stdin,
        arguments: Vec::new(),
        dash: false,
        optimize: 0,
        isolated: false,
        safe_path: false,
        ignore_environment: false,
        unbuffered: false,
        x_options: Vec::new(),
    };
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "-" => {
                options.dash = true;
                options.arguments = rest.cloned().collect();
                return Ok(options);
            }
            "--help" => return Ok(Options { action: Action::Help, ..options }),
            "--version" => return Ok(Options { action: Action::Version, ..options }),
            "--" => {
                if let Some(file) = rest.next() {
                    options.action = Action::File(file.clone());
                    options.arguments = rest.cloned().collect();
                }
                return Ok(options);
            }
            long if long.starts_with("--") => return Err(UsageError::Unknown(long.to_owned())),
            short if short.starts_with('-') => {
                if let Some(action) = short_options(short, &mut rest, &mut options)? {
                    let done = !matches!(action, Action::Help | Action::Version);
                    options.action = action;
                    if done {
                        options.arguments = rest.cloned().collect();
                    }
                    return Ok(options);
                }
            }
            file => {
                options.action = Action::File(file.to_owned());
                options.arguments = rest.cloned().collect();
                return Ok(options);
            }
        }
    }
    Ok(options)
}

/// One word of short options. An option with an argument takes the rest of the word or the next one.
fn short_options<'a>(
    word: &str,
    rest: &mut impl Iterator<Item = &'a String>,
    options: &mut Options,
) -> Result<Option<Action>, UsageError> {
    let letters = &word[1..];
    for (at, letter) in letters.char_indices() {
        let mut argument = || {
            let tail = &letters[at + letter.len_utf8()..];
            let found = if tail.is_empty() { rest.next().cloned() } else { Some(tail.to_owned()) };
            found.ok_or_else(|| UsageError::NeedsArgument(format!("-{letter}")))
        };
        match letter {
            'c' => return Ok(Some(Action::Command(argument()?))),
            'm' => return Ok(Some(Action::Module(argument()?))),
            'h' | '?' => return Ok(Some(Action::Help)),
            'V' => return Ok(Some(Action::Version)),
            'O' => options.optimize = (options.optimize + 1).min(2),
            'I' => {
                options.isolated = true;
                options.ignore_environment = true;
            }
            'P' => options.safe_path = true,
            'E' => options.ignore_environment = true,
            'u' => options.unbuffered = true,
            'b' | 'B' | 'd' | 'i' | 'q' | 's' | 'S' | 'v' | 'x' => {}
            'W' => {
                argument()?;
                return Ok(None);
            }
            'X' => {
                let option = argument()?;
                options.x_options.push(match option.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                    None => (option, None),
                });
                return Ok(None);
            }
            other => return Err(UsageError::Unknown(format!("-{other}"))),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::{Action, UsageError, parse};

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn what_follows_the_program_is_its_own() {
        let options = parse(&words("weft -OX specialize=0 prog.py -c x")).expect("a legal line");
        assert_eq!(options.action, Action::File("prog.py".to_owned()));
        assert_eq!(options.arguments, ["-c", "x"]);
        assert_eq!(options.optimize, 1);
        assert_eq!(options.x_options, [("specialize".to_owned(), Some("0".to_owned()))]);
    }

    #[test]
    fn bad_lines_are_refused_by_name() {
        assert_eq!(parse(&words("weft -Z")).err(), Some(UsageError::Unknown("-Z".to_owned())));
        assert_eq!(parse(&words("weft --foo")).err(), Some(UsageError::Unknown("--foo".to_owned())));
        assert_eq!(parse(&words("weft -Ic")).err(), Some(UsageError::NeedsArgument("-c".to_owned())));
    }
}
