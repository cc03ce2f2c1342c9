import { type Connection, createConnection, Model, type mongo } from 'mongoose';

export type Repository = new (...args: never[]) => object;
type RepositoryOf<T> = new (...args: never[]) => T;

/** What a query may cost beyond what it answers. */
export interface Budget {
  keys?: number;
  docs?: number;
  /** Sorts a bounded set in memory. */
  sorts?: true;
  /** Reads the index alone. */
  isCovered?: true;
}

/** One call of a repository, each query of which has to be found by an index. */
export type AddPlan = <T extends object>(
  type: RepositoryOf<T>,
  name: string,
  call: (repository: T) => Promise<unknown>,
  budget?: Budget,
) => void;

/** Puts rows into the collection of a model. */
export type Insert = (model: string, rows: object[]) => Promise<unknown>;

export interface Plan {
  command: string;
  stages: string[];
  keys: number;
  docs: number;
  returned: number;
}

/** Explains what repositories ask of the database, over a connection that reports its commands. */
export class PlanRecorder {
  /** `Type.method` of all that was called. */
  readonly called = new Set<string>();
  private recorded: mongo.Document[] = [];

  private constructor(readonly connection: Connection) {
    connection.getClient().on('commandStarted', ({ command }) => this.recorded.push(command));
  }

  static async open(uri: string): Promise<PlanRecorder> {
    return new PlanRecorder(
      await createConnection(uri, { monitorCommands: true, autoIndex: false }).asPromise(),
    );
  }

  /** The same repository over the reporting connection; notes which methods are called. */
  monitored<T extends object>(repository: T): T {
    const copy = Object.create(Object.getPrototypeOf(repository) as object) as Record<string, unknown>;
    for (const [name, value] of Object.entries(repository)) {
      const isModel = typeof value === 'function' && value.prototype instanceof Model;
      const model = value as typeof Model;
      copy[name] = isModel ? this.connection.model(model.modelName, model.schema) : (value as unknown);
    }
    const { called } = this;
    return new Proxy(copy, {
      get(target, name, receiver) {
        if (typeof name === 'string') called.add(`${repository.constructor.name}.${name}`);
        return Reflect.get(target, name, receiver) as unknown;
      },
    }) as T;
  }

  async plansOf(work: () => Promise<unknown>): Promise<Plan[]> {
    this.recorded.length = 0;
    await work();
    const plans: Plan[] = [];
    for (const command of this.recorded.splice(0).flatMap(explainable))
      plans.push(await this.explain(command));
    return plans;
  }

  private async explain(command: mongo.Document): Promise<Plan> {
    const database = this.connection.getClient().db(this.connection.name);
    const found = await database.command({ explain: command, verbosity: 'executionStats' });
    // An aggregate that the query engine does not take whole reports it as its first stage.
    const [first] = (found.stages ?? []) as { $cursor?: mongo.Document }[];
    const plan = first?.$cursor ?? found;
    const stats = plan.executionStats as mongo.Document;
    return {
      command: JSON.stringify(command),
      stages: stagesOf(plan.queryPlanner),
      keys: Number(stats.totalKeysExamined),
      docs: Number(stats.totalDocsExamined),
      returned: Number(stats.nReturned),
    };
  }
}

/** A recorded command as one or more that can be explained. */
function explainable(command: mongo.Document): mongo.Document[] {
  const {
    lsid: _,
    $db: __,
    $clusterTime: ___,
    txnNumber: ____,
    writeConcern: _____,
    ordered: ______,
    ...rest
  } = command;
  if ('updates' in rest)
    return (rest.updates as object[]).map((one) => ({ update: rest.update as string, updates: [one] }));
  if ('deletes' in rest)
    return (rest.deletes as object[]).map((one) => ({ delete: rest.delete as string, deletes: [one] }));
  return ['find', 'aggregate', 'distinct', 'count', 'findAndModify'].some((name) => name in rest)
    ? [rest]
    : [];
}

/** The stages of the plan that won, wherever they stand. */
function stagesOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => {
    if (name === 'rejectedPlans') return [];
    return name === 'stage' && typeof value === 'string' ? [value] : stagesOf(value);
  });
}

/** The collections that `work` queries over this connection, one name per query. */
export async function queriedCollections(
  connection: Connection,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const names: string[] = [];
  const record = ({ collectionName }: { collectionName: string }) => names.push(collectionName);
  connection.on('operation-start', record);
  try {
    await work();
  } finally {
    connection.off('operation-start', record);
  }
  return names;
}
