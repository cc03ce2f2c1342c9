import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';

const HEADER =
  "<stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const STREAM_MANAGEMENT = 'urn:xmpp:sm:3';

/**
 * As much of XMPP as the load needs, on a bare TCP socket: registration, login, messages, and acks by stream
 * management (XEP-0198), where the server says how many stanzas it has dealt with. Emits `message` with the text,
 * and `disconnect` like the other clients.
 */
export class XmppClient extends EventEmitter {
  #socket;
  #buffer = '';
  /** What a handler is still to be called for, in the order of sending. */
  #unacked = [];
  #acked = 0;
  #received = 0;

  static async open(port, name, password) {
    const client = new XmppClient();
    await client.#open(port, name, password);
    return client;
  }

  send(to, text, done) {
    this.#unacked.push(done);
    this.#socket.write(
      `<message to='${to}@localhost' type='chat'><body>${text}</body></message><r xmlns='${STREAM_MANAGEMENT}'/>`,
    );
  }

  disconnect() {
    this.#socket.destroy();
  }

  async #open(port, name, password) {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket = socket;
    socket.on('error', () => {});
    socket.once('close', () => this.emit('disconnect', 'the connection was closed'));
    socket.setEncoding('utf8').on('data', (chunk) => this.#read(chunk));
    await this.#ask(HEADER, 'stream:features');
    const account = `<username>${name}</username><password>${password}</password>`;
    await this.#ask(
      `<iq type='set' id='register'><query xmlns='jabber:iq:register'>${account}</query></iq>`,
      'iq',
    );
    const login = Buffer.from(`\0${name}\0${password}`).toString('base64');
    await this.#ask(
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${login}</auth>`,
      'success',
    );
    await this.#ask(HEADER, 'stream:features');
    await this.#ask("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", 'iq');
    await this.#ask('<presence/>', 'presence');
    await this.#ask(`<enable xmlns='${STREAM_MANAGEMENT}'/>`, 'enabled');
    this.#received = 0;
  }

  async #ask(xml, answer) {
    const answered = once(this, answer);
    this.#socket.write(xml);
    const lost = once(this, 'disconnect').then(() => {
      throw new Error('A client could not connect: the connection was closed');
    });
    lost.catch(() => {});
    const [stanza] = await Promise.race([answered, lost]);
    if (/type='error'/.test(stanza)) throw new Error(`A client could not connect: ${stanza}`);
  }

  /** Cuts what has come into stanzas; none that a server sends here has one of its own kind inside. */
  #read(chunk) {
    this.#buffer += chunk;
    let at = 0;
    for (;;) {
      const start = this.#buffer.indexOf('<', at);
      const tagEnd = this.#buffer.indexOf('>', start);
      if (start < 0 || tagEnd < 0) break;
      const name = /^<([^\s/>]+)/.exec(this.#buffer.slice(start, tagEnd + 1))?.[1] ?? '';
      let end = tagEnd + 1;
      const isWhole = name === '?xml' || name === 'stream:stream' || this.#buffer[tagEnd - 1] === '/';
      if (!isWhole) {
        const closing = `</${name}>`;
        const closingAt = this.#buffer.indexOf(closing, end);
        if (closingAt < 0) break;
        end = closingAt + closing.length;
      }
      this.#take(name, this.#buffer.slice(start, end));
      at = end;
    }
    this.#buffer = this.#buffer.slice(at);
  }

  #take(name, stanza) {
    if (name === 'message') {
      this.#received += 1;
      const [, text] = /<body>([^<]*)<\/body>/.exec(stanza) ?? [];
      if (text === undefined || /type='error'/.test(stanza)) this.emit('exception', refusal(stanza));
      else this.emit('message', text);
    } else if (name === 'a') {
      const dealtWith = Number(/h='(\d+)'/.exec(stanza)[1]);
      for (; this.#acked < dealtWith; this.#acked += 1) this.#unacked.shift()?.(null);
    } else if (name === 'r') {
      this.#socket.write(`<a xmlns='${STREAM_MANAGEMENT}' h='${this.#received}'/>`);
    } else {
      this.emit(name, stanza);
    }
  }
}

function refusal(stanza) {
  return { event: 'message', error: { code: 'XMPP', message: stanza.slice(0, 200) } };
}
