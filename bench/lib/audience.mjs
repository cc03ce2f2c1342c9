const HEARD_WITHIN_MS = 10_000;

/** Sockets that are to hear of one user's comings and goings, each of them once and in turns. */
export class Audience {
  #waiting = null;

  constructor(sockets, userId) {
    this.size = sockets.length;
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => {});
    for (const socket of sockets) {
      for (const event of ['user_online', 'user_offline']) {
        socket.on(event, (payload) => {
          if (payload.userId === userId) this.#heard(event, socket);
        });
      }
    }
  }

  /** When the last of them has heard it. Call it before what they are to hear of. */
  hears(event) {
    const all = new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.fail(new Error(`${event} was heard by ${this.#waiting.by.size} of ${this.size} in time.`));
      }, HEARD_WITHIN_MS);
      this.#waiting = { event, by: new Set(), timer, resolve };
    });
    return Promise.race([this.failed, all]);
  }

  #heard(event, socket) {
    const { by, timer, resolve } = this.#waiting ?? {};
    if (event !== this.#waiting?.event || by.has(socket)) {
      this.fail(new Error(`${event} was heard twice, or out of turn.`));
      return;
    }
    by.add(socket);
    if (by.size < this.size) return;
    clearTimeout(timer);
    resolve(performance.now());
  }
}
