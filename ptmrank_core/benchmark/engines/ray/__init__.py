"""The Ray engine: a cluster extracts features ahead of a run, into its cache, and trains its race.

Only this folder knows Ray. `engine.py` is what a run sees; `connection.py` joins the cluster, `jobs.py` finds
out what is missing, `order.py` cuts it into tasks and says which is next, `sending.py` puts samples into the
object store, `prefetch.py` keeps the tasks going and stores what comes back, `task.py` runs on a node.
`doses.py` sends the doses of a race, `dose_task.py` trains one on a node, `states.py` packs its state.
"""

__all__: list[str] = []
