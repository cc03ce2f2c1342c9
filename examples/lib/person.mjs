import { io } from 'socket.io-client';

export const url = (process.env.PARLEY_URL ?? 'http://localhost:3000').replace(/\/+$/, '');
const STEP_MS = 10_000;

export const say = (who, what) => console.log(`${who.padEnd(7)}${what}`);

/** One person with one device. Hears events from the start, so that none slips through between two waits. */
export class Person {
  heard = [];
  waiting = new Set();

  static async enter(name) {
    const person = new Person();
    person.name = name;
    const email = `${name.toLowerCase()}-${crypto.randomUUID()}@example.com`;
    const body = { email, password: 'correct horse battery' };
    await person.post('/api/auth/register', { ...body, name });
    const { accessToken, user } = await person.post('/api/auth/login', body);
    Object.assign(person, { id: user.id, token: accessToken });
    say(name, `has registered as ${email} and logged in`);
    return person;
  }

  async post(path, body) {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(STEP_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }

  async connect() {
    this.socket = io(url, { auth: { token: this.token }, forceNew: true, reconnection: false });
    this.socket.onAny((event, payload) => {
      this.heard.push({ event, payload });
      for (const check of this.waiting) check();
    });
    await new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    });
    say(this.name, 'is online');
  }

  disconnect() {
    this.socket?.disconnect();
  }

  /** Sends an event; answers the ack's data, or throws what the server said. */
  async emit(event, payload) {
    const ack = await this.socket.timeout(STEP_MS).emitWithAck(event, payload);
    if (!ack.ok) throw new Error(`${event} was refused: ${JSON.stringify(ack.error)}`);
    return ack.data;
  }

  /** The first event of this name, heard before or from now on, that fits. */
  hears(event, fits = () => true, ms = STEP_MS) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.heard.find((one) => one.event === event && fits(one.payload));
        if (!found) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve(found.payload);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`${this.name} waited ${ms / 1000} s for ${event} in vain`));
      }, ms);
      this.waiting.add(check);
      check();
    });
  }
}
