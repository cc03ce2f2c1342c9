/** What is told of a new message, as `toMessageView` makes it: nobody changes it afterwards. */
type Message = object;

/**
 * A new message goes out twice: to all devices of its chat, and in the ack to its sender. Both are the same view, told and
 * acked in one turn of the event loop, so its text is kept for so long and written once.
 */
export class WrittenMessages {
  /**
   * A new map for each turn. One that lives on and is cleared keeps its table in V8's old space, and whatever is put into
   * it, dead or not, survives with the table until a full collection: that was most of what outlived a scavenge.
   */
  private texts = new Map<Message, string>();

  /** Of `receive_message`; `null`: it is another event. */
  textOfEvent(data: unknown): string | null {
    if (!isTold(data)) return null;
    const text = JSON.stringify(data[1]);
    if (this.texts.size === 0) process.nextTick(() => (this.texts = new Map()));
    this.texts.set(data[1], text);
    return `["receive_message",${text}]`;
  }

  /** Of the ack of a message that was told in this turn; `null`: it is another one. */
  textOfAck(data: unknown): string | null {
    const message = this.texts.size > 0 ? ackedIn(data) : null;
    const text = message && this.texts.get(message);
    return text ? `[{"ok":true,"data":{"message":${text}}}]` : null;
  }
}

function isTold(data: unknown): data is ['receive_message', Message] {
  return Array.isArray(data) && data.length === 2 && data[0] === 'receive_message' && isObject(data[1]);
}

/** The message of `[{ ok: true, data: { message } }]`, if it is that and nothing else. */
function ackedIn(data: unknown): Message | null {
  const [body] = data as [{ ok?: unknown; data?: unknown }?];
  if (body?.ok !== true || !isObject(body.data)) return null;
  for (const name of Object.keys(body.data)) if (name !== 'message') return null;
  const { message } = body.data as { message?: unknown };
  return isObject(message) ? message : null;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
