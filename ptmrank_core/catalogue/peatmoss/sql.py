"""The queries that a PeaTMOSS database is asked.

The tables have no index except that of their key, which begins with the model: the models of a tag are found
by one pass through ``model_to_tag``, not by a look-up for each model.
"""

__all__ = [
    "EACH_BASE",
    "EACH_ENHANCED",
    "FIRST",
    "FRAMEWORKS",
    "LIBRARIES",
    "LICENCES",
    "PARAMETERS",
    "REUSE",
    "TABLES",
    "TOP_BASE",
    "TOP_ENHANCED",
]

TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
# These fail on a file that was cut short, and on tables with other columns.
FIRST = {
    "model": "SELECT id, context_id, downloads, likes, model_hub_id FROM model LIMIT 1",
    "model_hub": "SELECT id, name FROM model_hub LIMIT 1",
    "tag": "SELECT id, name FROM tag LIMIT 1",
    "model_to_tag": "SELECT model_id, tag_id FROM model_to_tag LIMIT 1",
}
# PyTorch Hub's models are in the same table, and some models only serve somebody's tests, whose every run
# downloads them.
_ON_THE_HUB = """
    m.model_hub_id IN (SELECT id FROM model_hub WHERE name = 'HuggingFace')
    AND m.context_id NOT LIKE 'hf-internal-testing/%'
    AND m.context_id NOT LIKE 'trl-internal-testing/%'
    AND m.context_id NOT LIKE '%tiny-random%'
"""
_MOST_DOWNLOADED = "COALESCE(m.downloads, -1) DESC, COALESCE(m.likes, -1) DESC, m.context_id"
# Models by tag, which is all that the base schema has, and by the tasks of the enhanced one.
_IDS_BY_TAG = """
    SELECT model_id FROM model_to_tag WHERE tag_id IN
    (SELECT id FROM tag WHERE name IN (SELECT value FROM json_each(:names)))
"""
_IDS_BY_TASK = """
    SELECT model_id FROM model_to_model_task WHERE model_task_id IN
    (SELECT id FROM model_task WHERE name IN (SELECT value FROM json_each(:names)))
"""
_PAIRS_BY_TAG = """
    SELECT t.name AS task, x.model_id AS model FROM model_to_tag x JOIN tag t ON t.id = x.tag_id
    WHERE t.name IN (SELECT value FROM json_each(:names))
"""
_PAIRS_BY_TASK = """
    SELECT t.name, x.model_id FROM model_to_model_task x JOIN model_task t ON t.id = x.model_task_id
    WHERE t.name IN (SELECT value FROM json_each(:names))
"""
_TOP = r"""
SELECT m.id, m.context_id, m.downloads, m.likes FROM model m
WHERE {models} AND m.context_id LIKE :pattern ESCAPE '\' AND m.id IN ({chosen})
ORDER BY {order} LIMIT :n
"""
_EACH = """
WITH pair AS ({chosen}),
ranked AS (
  SELECT p.task AS task, m.id AS id, m.context_id AS name, m.downloads AS downloads, m.likes AS likes,
         ROW_NUMBER() OVER (PARTITION BY p.task ORDER BY {order}) AS place
  FROM pair p JOIN model m ON m.id = p.model
  WHERE {models})
SELECT task, id, name, downloads, likes FROM ranked WHERE place <= :n ORDER BY task, place
"""


def _compose(query: str, *chosen: str) -> str:
    """Fill in a query which models are chosen, of which kind they are, and in which order they come."""
    return query.format(chosen=" UNION ".join(chosen), models=_ON_THE_HUB, order=_MOST_DOWNLOADED)


TOP_BASE = _compose(_TOP, _IDS_BY_TAG)
TOP_ENHANCED = _compose(_TOP, _IDS_BY_TAG, _IDS_BY_TASK)
EACH_BASE = _compose(_EACH, _PAIRS_BY_TAG)
EACH_ENHANCED = _compose(_EACH, _PAIRS_BY_TAG, _PAIRS_BY_TASK)
LICENCES = """
SELECT x.model_id, l.name FROM model_to_license x JOIN license l ON l.id = x.license_id
WHERE x.model_id IN (SELECT value FROM json_each(:ids)) ORDER BY l.name
"""
LIBRARIES = """
SELECT x.model_id, l.name FROM model_to_library x JOIN library l ON l.id = x.library_id
WHERE x.model_id IN (SELECT value FROM json_each(:ids)) ORDER BY l.name
"""
FRAMEWORKS = """
SELECT x.model_id, f.name FROM model_to_framework x JOIN framework f ON f.id = x.framework_id
WHERE x.model_id IN (SELECT value FROM json_each(:ids)) ORDER BY f.name
"""
REUSE = """
SELECT model_id, COUNT(DISTINCT reuse_repository_id) FROM model_to_reuse_repository
WHERE model_id IN (SELECT value FROM json_each(:ids)) GROUP BY model_id
"""
PARAMETERS = """
SELECT model_id, MAX(count) FROM parameter_count
WHERE model_id IN (SELECT value FROM json_each(:ids)) GROUP BY model_id
"""
