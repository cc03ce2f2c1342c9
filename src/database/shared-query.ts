import { withDeadline } from './deadline.js';

/** More questions in one query would keep the first of them waiting for the last. */
const MAX_QUESTIONS = 500;
/** The same where a question is a list, some of which are of thousands, or has an answer of thousands. */
export const MAX_LISTS = 50;

export interface SharedQueryOptions {
  /** More questions go into the next query. */
  readonly maxQuestions?: number;
  readonly pause?: Pause;
}

/**
 * How long to wait behind a query that at least `crowd` have shared: the more come, the more share the next, as long as
 * they have room in it.
 */
interface Pause {
  readonly ms: number;
  readonly crowd: number;
  /** Only while the process is busy with other things: where it would be idle, whoever waits would for nothing. */
  readonly isOverWhenIdle?: true;
  /** Only until so many wait: one half of a crowd is then looked up while the other is on its way. */
  readonly enough?: number;
}

/** What the process idles within a millisecond is how it is told; so little of it is no sign. */
const IDLE_MS = 0.3;

/** Where a crowd comes and nobody waits for the answer: a command costs so much more than one more to ask about. */
export const UNHURRIED: Pause = { ms: 200, crowd: 4 };

/** Answers one of the questions that a query was about; throws what only this one fails by. */
export type Answers<Question, Answer> = (question: Question) => Answer | Promise<Answer>;

interface Asker<Question, Answer> {
  question: Question;
  resolve: (answer: Answer | Promise<Answer>) => void;
  reject: (error: unknown) => void;
}

/**
 * One query for all who ask the same kind of question at a time: what is asked while one is under way goes into
 * the next. Nothing is remembered. An answer always comes of a query that began after its question, so it is as
 * fresh as if it had been asked alone; that is why this is no cache with batches in front of it.
 */
export class SharedQuery<Question, Answer> {
  private waiting: Asker<Question, Answer>[] = [];
  private isRunning = false;

  /** `find` may get a question twice, and fails all of its questions when it fails. */
  constructor(
    private readonly find: (questions: Question[]) => Promise<Answers<Question, Answer>>,
    private readonly options: SharedQueryOptions = {},
  ) {}

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ question, resolve, reject });
      if (this.isRunning) return;
      this.isRunning = true;
      // One turn later, so that what is asked in the same turn shares the first query too.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    const { maxQuestions = MAX_QUESTIONS, pause } = this.options;
    while (this.waiting.length > 0) {
      const askers = this.waiting.splice(0, maxQuestions);
      await this.answer(askers);
      const isCrowd = pause && askers.length >= pause.crowd;
      if (isCrowd && this.waiting.length < maxQuestions) await this.rest(pause);
    }
    this.isRunning = false;
  }

  private async rest({ ms, isOverWhenIdle, enough = Infinity }: Pause): Promise<void> {
    if (!isOverWhenIdle) return wait(ms);
    const endsAtMs = performance.now() + ms;
    while (performance.now() < endsAtMs && this.waiting.length < enough) {
      const before = performance.nodeTiming.idleTime;
      await wait(1);
      if (performance.nodeTiming.idleTime - before >= IDLE_MS) return;
    }
  }

  private async answer(askers: Asker<Question, Answer>[]): Promise<void> {
    try {
      const answers = await withDeadline(this.find(askers.map(({ question }) => question)));
      for (const asker of askers) settle(asker, answers);
    } catch (error) {
      for (const { reject } of askers) reject(error);
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function settle<Question, Answer>(
  { question, resolve, reject }: Asker<Question, Answer>,
  answers: Answers<Question, Answer>,
): void {
  try {
    resolve(answers(question));
  } catch (error) {
    reject(error);
  }
}
