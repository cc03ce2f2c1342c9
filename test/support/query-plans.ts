import type { Connection, mongo } from 'mongoose';

interface Operation {
  collectionName: string;
  method: string;
  params: unknown[];
}

/** Runs `work` and answers, per query that it made, how the database finds its documents: `statuses: IXSCAN+FETCH`. */
export async function queryPlansOf(connection: Connection, work: () => Promise<unknown>): Promise<string[]> {
  const operations: Operation[] = [];
  const record = (operation: Operation) => operations.push(operation);
  connection.on('operation-start', record);
  try {
    await work();
  } finally {
    connection.off('operation-start', record);
  }
  const plans: string[] = [];
  for (const { collectionName, method, params } of operations) {
    const [filter, options] = queryOf(method, params);
    if (!filter) continue;
    const cursor = connection.collection(collectionName).find(filter, options);
    const { queryPlanner } = (await cursor.explain('queryPlanner')) as unknown as { queryPlanner: Plan };
    plans.push(`${collectionName}: ${stagesOf(queryPlanner.winningPlan).join('+')}`);
  }
  return plans;
}

interface Plan {
  winningPlan: unknown;
}

/** Methods whose first argument says which documents are meant. */
const FILTERED = new Set([
  'aggregate',
  'countDocuments',
  'deleteMany',
  'deleteOne',
  'find',
  'findOne',
  'findOneAndUpdate',
  'updateMany',
  'updateOne',
]);

function queryOf(
  method: string,
  params: unknown[],
): [mongo.Filter<mongo.BSON.Document> | null, mongo.FindOptions] {
  if (!FILTERED.has(method)) return [null, {}];
  if (method === 'aggregate') return [(params[0] as { $match?: object }[])[0]?.$match ?? {}, {}];
  const options = method === 'find' ? ((params[1] ?? {}) as mongo.FindOptions) : {};
  const { sort, limit, projection } = options;
  return [
    params[0] as object,
    { ...(sort && { sort }), ...(limit && { limit }), ...(projection && { projection }) },
  ];
}

function stagesOf(plan: unknown): string[] {
  if (Array.isArray(plan)) return plan.flatMap(stagesOf);
  if (typeof plan !== 'object' || plan === null) return [];
  const { stage, ...rest } = plan as Record<string, unknown>;
  return [...Object.values(rest).flatMap(stagesOf), ...(typeof stage === 'string' ? [stage] : [])];
}
