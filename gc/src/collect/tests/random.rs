//! Random object graphs against naive reachability.

use super::mock::{Action, Event, Mock, link, push};
use crate::World;
use proptest::prelude::*;
use stackref::Value;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
struct Graph {
    nodes: Vec<NodePlan>,
    /// From, to.
    edges: Vec<(usize, usize)>,
    /// Edges without a count, to deferred nodes.
    loose: Vec<(usize, usize)>,
}

#[derive(Clone, Debug)]
struct NodePlan {
    action: Action,
    deferred: bool,
    /// Held by the test.
    held: bool,
    /// On the stack, without a count (if deferred).
    on_stack: bool,
    /// A known root.
    root: bool,
}

fn graph() -> impl Strategy<Value = Graph> {
    let action = prop_oneof![4 => Just(Action::None), 2 => Just(Action::Log), 1 => Just(Action::Resurrect)];
    let rarely = || prop::bool::weighted(0.1);
    let plan = (action, prop::bool::weighted(0.2), rarely(), prop::bool::weighted(0.2), rarely()).prop_map(
        |(action, deferred, held, on_stack, root)| NodePlan {
            action,
            deferred,
            held,
            on_stack: deferred && on_stack,
            root,
        },
    );
    prop::collection::vec(plan, 1..24).prop_flat_map(|nodes| {
        let n = nodes.len();
        let pair = || (0..n, 0..n);
        (Just(nodes), prop::collection::vec(pair(), 0..n * 2), prop::collection::vec(pair(), 0..n)).prop_map(
            |(nodes, edges, loose)| {
                let loose = loose.into_iter().filter(|&(_, to)| nodes[to].deferred).collect();
                Graph { nodes, edges, loose }
            },
        )
    })
}

impl Graph {
    fn reach(&self, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut work: Vec<usize> = from.into_iter().collect();
        while let Some(node) = work.pop() {
            if seen.insert(node) {
                work.extend(self.edges.iter().chain(&self.loose).filter(|edge| edge.0 == node).map(|edge| edge.1));
            }
        }
        seen
    }

    fn select(&self, which: impl Fn(&NodePlan) -> bool) -> Vec<usize> {
        (0..self.nodes.len()).filter(|&i| which(&self.nodes[i])).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 400 }))]
    #[test]
    fn garbage_is_what_is_not_reachable(graph in graph()) {
        let world = World::new();
        let me = world.register();
        let mock = Mock::new();
        let values: Vec<Value> = graph.nodes.iter().enumerate().map(|(i, plan)| mock.make(&me, i, plan.action)).collect();
        for (value, plan) in values.iter().zip(&graph.nodes) {
            // SAFETY: held.
            let header = unsafe { value.header().unwrap().as_ref() };
            if plan.deferred {
                header.enable_deferred();
            }
            if plan.on_stack {
                mock.push_stack(me.id(), value.word().to_uncounted());
            }
            if plan.root {
                mock.push_root(value.clone().into_word());
            }
        }
        graph.edges.iter().for_each(|&(from, to)| link(&values[from], &values[to]));
        graph.loose.iter().for_each(|&(from, to)| push(&values[from], values[to].word().to_uncounted()));
        let held: Vec<Value> =
            values.into_iter().zip(&graph.nodes).filter(|(_, plan)| plan.held).map(|(value, _)| value).collect();

        world.collect(&me, &*mock, &*mock);

        let alive = graph.reach(graph.select(|plan| plan.held || plan.on_stack || plan.root));
        let unreachable: BTreeSet<usize> = (0..graph.nodes.len()).filter(|i| !alive.contains(i)).collect();
        let saved = unreachable.iter().copied().filter(|&i| graph.nodes[i].action == Action::Resurrect);
        let mut expected: BTreeSet<usize> = graph.reach(saved);
        expected.extend(&alive);
        prop_assert_eq!(mock.live(), expected.iter().copied().collect::<Vec<_>>());

        // What died was finalized; only what was unreachable was. (Counting saves what hangs on a resurrected object
        // without calling its finalizer, so not everything unreachable need be.)
        let has_finalizer = |i: &usize| graph.nodes[*i].action != Action::None;
        let mut finalized = take_finalized(&mock);
        prop_assert!(finalized.iter().all(|i| unreachable.contains(i)));
        prop_assert!(unreachable.iter().filter(|i| has_finalizer(i) && !expected.contains(i)).all(|i| finalized.contains(i)));

        // A second collection finds nothing new.
        let again = world.collect(&me, &*mock, &*mock);
        prop_assert_eq!(again.collected, 0);
        prop_assert_eq!(mock.live(), expected.iter().copied().collect::<Vec<_>>());

        // Without anything that holds it, all of it goes, and every finalizer has run exactly once in the end.
        drop(held);
        mock.clear_stacks();
        mock.drop_roots();
        for _ in 0..=graph.nodes.len() {
            mock.drop_saved();
            world.collect(&me, &*mock, &*mock);
        }
        prop_assert_eq!(mock.live(), Vec::<usize>::new());
        finalized.extend(take_finalized(&mock));
        finalized.sort_unstable();
        prop_assert_eq!(finalized, (0..graph.nodes.len()).filter(has_finalizer).collect::<Vec<_>>());
        prop_assert_eq!(live_blocks(&world, &me), 0);
    }
}

fn take_finalized(mock: &Mock) -> Vec<usize> {
    let finalized = |event| if let Event::Finalized(id) = event { Some(id) } else { None };
    mock.take_log().into_iter().filter_map(finalized).collect()
}

fn live_blocks(world: &World, me: &crate::Mutator) -> usize {
    let mut count = 0;
    world.stop(me).for_each_block(true, |_| count += 1);
    count
}
