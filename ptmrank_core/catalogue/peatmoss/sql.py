"""The questions that are asked of a PeaTMOSS database.

None of its tables has an index but that of its key, which begins with the model: a tag's models are found by
one pass through ``model_to_tag``, not by a look-up for each model.
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
# Fail on a file that was cut short, and on tables of another make.
FIRST = {
    "model": "SELECT id, context_id, downloads, likes, model_hub_id FROM model LIMIT 1",
    "model_hub": "SELECT id, name FROM model_hub LIMIT 1",
    "tag": "SELECT id, name FROM tag LIMIT 1",
    "model_to_tag": "SELECT model_id, tag_id FROM model_to_tag LIMIT 1",
}
# Only models of the Hub: PyTorch Hub's stand in the same table. Left out are models that only serve
# somebody's tests, which are downloaded by every run of them.
TOP_BASE = r"""
SELECT m.id, m.context_id, m.downloads, m.likes FROM model m
WHERE m.model_hub_id IN (SELECT id FROM model_hub WHERE name = 'HuggingFace')
  AND m.context_id LIKE :pattern ESCAPE '\'
  AND m.context_id NOT LIKE 'hf-internal-testing/%'
  AND m.context_id NOT LIKE 'trl-internal-testing/%'
  AND m.context_id NOT LIKE '%tiny-random%'
  AND m.id IN (SELECT model_id FROM model_to_tag WHERE tag_id IN
               (SELECT id FROM tag WHERE name IN (SELECT value FROM json_each(:names))))
ORDER BY COALESCE(m.downloads, -1) DESC, COALESCE(m.likes, -1) DESC, m.context_id
LIMIT :n
"""
TOP_ENHANCED = r"""
SELECT m.id, m.context_id, m.downloads, m.likes FROM model m
WHERE m.model_hub_id IN (SELECT id FROM model_hub WHERE name = 'HuggingFace')
  AND m.context_id LIKE :pattern ESCAPE '\'
  AND m.context_id NOT LIKE 'hf-internal-testing/%'
  AND m.context_id NOT LIKE 'trl-internal-testing/%'
  AND m.context_id NOT LIKE '%tiny-random%'
  AND m.id IN (SELECT model_id FROM model_to_tag WHERE tag_id IN
               (SELECT id FROM tag WHERE name IN (SELECT value FROM json_each(:names)))
               UNION SELECT model_id FROM model_to_model_task WHERE model_task_id IN
               (SELECT id FROM model_task WHERE name IN (SELECT value FROM json_each(:names))))
ORDER BY COALESCE(m.downloads, -1) DESC, COALESCE(m.likes, -1) DESC, m.context_id
LIMIT :n
"""
EACH_BASE = """
WITH pair AS (
  SELECT t.name AS task, mt.model_id AS model FROM model_to_tag mt JOIN tag t ON t.id = mt.tag_id
  WHERE t.name IN (SELECT value FROM json_each(:names))),
ranked AS (
  SELECT p.task AS task, m.id AS id, m.context_id AS name, m.downloads AS downloads, m.likes AS likes,
         ROW_NUMBER() OVER (PARTITION BY p.task ORDER BY COALESCE(m.downloads, -1) DESC,
                            COALESCE(m.likes, -1) DESC, m.context_id) AS place
  FROM pair p JOIN model m ON m.id = p.model
  WHERE m.model_hub_id IN (SELECT id FROM model_hub WHERE name = 'HuggingFace')
    AND m.context_id NOT LIKE 'hf-internal-testing/%'
    AND m.context_id NOT LIKE 'trl-internal-testing/%'
    AND m.context_id NOT LIKE '%tiny-random%')
SELECT task, id, name, downloads, likes FROM ranked WHERE place <= :n ORDER BY task, place
"""
EACH_ENHANCED = """
WITH pair AS (
  SELECT t.name AS task, mt.model_id AS model FROM model_to_tag mt JOIN tag t ON t.id = mt.tag_id
  WHERE t.name IN (SELECT value FROM json_each(:names))
  UNION SELECT t.name, x.model_id FROM model_to_model_task x JOIN model_task t ON t.id = x.model_task_id
  WHERE t.name IN (SELECT value FROM json_each(:names))),
ranked AS (
  SELECT p.task AS task, m.id AS id, m.context_id AS name, m.downloads AS downloads, m.likes AS likes,
         ROW_NUMBER() OVER (PARTITION BY p.task ORDER BY COALESCE(m.downloads, -1) DESC,
                            COALESCE(m.likes, -1) DESC, m.context_id) AS place
  FROM pair p JOIN model m ON m.id = p.model
  WHERE m.model_hub_id IN (SELECT id FROM model_hub WHERE name = 'HuggingFace')
    AND m.context_id NOT LIKE 'hf-internal-testing/%'
    AND m.context_id NOT LIKE 'trl-internal-testing/%'
    AND m.context_id NOT LIKE '%tiny-random%')
SELECT task, id, name, downloads, likes FROM ranked WHERE place <= :n ORDER BY task, place
"""
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
