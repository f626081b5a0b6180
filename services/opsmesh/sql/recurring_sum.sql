-- recurring_sum - monthly recurring revenue of all shards by currency: at the start, new, reactivation, expansion,
-- contraction, churn, by exchange rates, at the end; whole 0: the currency by itself, 1: all currencies in that one, and the
-- last day that all shards have told (-1: nothing is open). A day that is not over is left out:
-- what moves on it is told when it is. $1 the first day, $2 the day after the last one.
with own as (
	select f.currency, coalesce(sum(f.minor) filter (where f.name = 'mrr' and f.day < $1::bigint), 0) as starting,
		coalesce(sum(f.minor) filter (where f.name = 'mrr_new' and f.day >= $1::bigint), 0) as added,
		coalesce(sum(f.minor) filter (where f.name = 'mrr_reactivation' and f.day >= $1::bigint), 0) as reactivation,
		coalesce(sum(f.minor) filter (where f.name = 'mrr_expansion' and f.day >= $1::bigint), 0) as expansion,
		coalesce(sum(f.minor) filter (where f.name = 'mrr_contraction' and f.day >= $1::bigint), 0) as contraction,
		coalesce(sum(f.minor) filter (where f.name = 'mrr_churn' and f.day >= $1::bigint), 0) as churn,
		coalesce(sum(f.minor) filter (where f.name = 'mrr'), 0) as ending
	from figure f
	left join figure p on p.shard = f.shard and p.currency = f.currency and p.name = 'pending' and p.day = 0
	where f.name in ('mrr', 'mrr_new', 'mrr_reactivation', 'mrr_expansion', 'mrr_contraction', 'mrr_churn')
		and f.day < least($2::bigint, p.minor - 1)
	group by f.currency
), told as (
	select currency, coalesce((array_agg(starting order by day) filter (where day >= $1::bigint))[1],
			(array_agg(ending order by day desc))[1]) as starting,
		coalesce(sum(added) filter (where day >= $1::bigint), 0) as added,
		coalesce(sum(reactivation) filter (where day >= $1::bigint), 0) as reactivation,
		coalesce(sum(expansion) filter (where day >= $1::bigint), 0) as expansion,
		coalesce(sum(contraction) filter (where day >= $1::bigint), 0) as contraction,
		coalesce(sum(churn) filter (where day >= $1::bigint), 0) as churn,
		coalesce(sum(fx) filter (where day >= $1::bigint), 0) as fx,
		(array_agg(ending order by day desc))[1] as ending
	from reported_day
	where day < $2::bigint
	group by shard, currency
)
select 0::bigint, currency, starting::bigint, added::bigint, reactivation::bigint, expansion::bigint, contraction::bigint,
	churn::bigint, 0::bigint, ending::bigint, -1::bigint
from own
union all
select 1, currency, sum(starting)::bigint, sum(added)::bigint, sum(reactivation)::bigint, sum(expansion)::bigint,
	sum(contraction)::bigint, sum(churn)::bigint, sum(fx)::bigint, sum(ending)::bigint,
	coalesce((select min(minor) - 1 from figure where currency = '' and name = 'reporting'), -1)
from told
group by currency
order by 1, 2
