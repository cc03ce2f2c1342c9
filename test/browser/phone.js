import { createCallClient } from '../../examples/call-client.js';
import { io } from '../../node_modules/socket.io-client/dist/socket.io.esm.min.js';

/** What an app has around the client: an account, a camera, a screen. Tests press its buttons. */
class Phone {
  heard = [];

  /** Registers somebody, or logs in who is registered, and connects. */
  async enter({ url, email, name, rtc }) {
    const account = { email, password: 'correct horse battery' };
    if (name) await this.post(url, '/api/auth/register', { ...account, name });
    const { accessToken: token, user } = await this.post(url, '/api/auth/login', account);
    this.socket = io(url, { auth: { token }, reconnectionDelay: 100, reconnectionDelayMax: 500 });
    this.socket.onAny((event, payload) => this.heard.push({ event, payload }));
    this.calls = createCallClient(this.socket, user.id, (userId, stream) => this.show(userId, stream), rtc);
    await new Promise((connected) => this.socket.once('connect', connected));
    return { id: user.id, token };
  }

  async start(whom, callType) {
    return this.calls.start(whom, callType, await this.camera());
  }

  async accept(callId) {
    return this.calls.accept(callId, await this.camera());
  }

  async resume(callId) {
    return this.calls.resume(callId, await this.camera());
  }

  setMedia(state) {
    this.calls.setMedia(state);
  }

  async shareAnotherPicture() {
    const [camera] = (await this.camera()).getVideoTracks();
    const track = camera.clone();
    for (const pc of this.calls.peers.values()) pc.addTrack(track, new MediaStream([track]));
  }

  hangUp() {
    return this.calls.hangUp('done');
  }

  /** Per other one: how much has been seen and heard of them, and by which way it comes. */
  async peers() {
    const entries = [...this.calls.peers].map(async ([userId, pc]) => [userId, await report(pc)]);
    return Object.fromEntries(await Promise.all(entries));
  }

  /** The kinds of ways to this phone that can be found with these servers. */
  async waysThrough(iceServers) {
    const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' });
    const found = [];
    const isDone = new Promise((done) => {
      pc.onicecandidate = ({ candidate }) => (candidate ? found.push(candidate.type) : done());
    });
    pc.createDataChannel('any');
    await pc.setLocalDescription();
    await isDone;
    pc.close();
    return found;
  }

  camera() {
    const video = { width: 320, height: 240, frameRate: 15 };
    this.stream ??= navigator.mediaDevices.getUserMedia({ audio: true, video });
    return this.stream;
  }

  /** One element for each stream: a camera with its sound, or a picture besides. */
  show(userId, stream) {
    const own = [...document.querySelectorAll('video')].filter(({ dataset }) => dataset.userId === userId);
    if (!stream) for (const video of own) video.remove();
    if (!stream || own.some(({ srcObject }) => srcObject === stream)) return;
    const video = Object.assign(document.createElement('video'), { autoplay: true, srcObject: stream });
    video.dataset.userId = userId;
    document.body.append(video);
  }

  async post(url, path, body) {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }
}

async function report(pc) {
  const stats = [...(await pc.getStats()).values()];
  const byId = new Map(stats.map((one) => [one.id, one]));
  const inbound = (kind) => stats.filter((one) => one.type === 'inbound-rtp' && one.kind === kind);
  const sum = (numbers) => numbers.reduce((total, number) => total + (number ?? 0), 0);
  const frames = inbound('video').map(({ framesDecoded }) => framesDecoded);
  const transport = stats.find(({ type }) => type === 'transport');
  const pair = byId.get(transport?.selectedCandidatePairId);
  return {
    framesDecoded: sum(frames),
    pictures: frames.filter((count) => count > 0).length,
    audioEnergy: sum(inbound('audio').map(({ totalAudioEnergy }) => totalAudioEnergy)),
    state: pc.connectionState,
    signalingState: pc.signalingState,
    localCandidate: byId.get(pair?.localCandidateId)?.candidateType ?? null,
    remoteCandidate: byId.get(pair?.remoteCandidateId)?.candidateType ?? null,
    iceUfrag: /a=ice-ufrag:(\S+)/.exec(pc.currentLocalDescription?.sdp ?? '')?.[1] ?? null,
  };
}

globalThis.phone = new Phone();
