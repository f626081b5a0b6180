-- kpi_definition_look - the definitions of metrics that were published, each once.
select distinct on (key) key, metric, version, effective_from, digest, title, says, document
from kpi_definition
order by key, shard
