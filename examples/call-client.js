/** One call at a time, of two or a mesh: docs/calls.md. `onStream(userId, stream | null)` tells who comes and goes. */
export function createCallClient(socket, me, onStream, rtc = {}) {
  const peers = new Map();
  let callId, stream, config, media;
  let steps = Promise.resolve();
  // One thing after the other. What others have overtaken meanwhile fails, and may.
  const step = (task) => (steps = steps.then(task).catch(console.debug));
  const on = (event, handle) => socket.on(event, (it) => step(() => it.callId === callId && handle(it)));
  // With an ack, so that a refusal is no `exception`. Nothing is kept while offline: coming back negotiates anew.
  const send = (event, payload) => socket.connected && socket.emit(event, { callId, ...payload }, () => {});

  const connect = (userId) => {
    if (peers.has(userId)) return peers.get(userId);
    const pc = new RTCPeerConnection(config);
    pc.ontrack = ({ streams }) => onStream(userId, streams[0]);
    pc.onicecandidate = ({ candidate }) => candidate && send('ice_candidate', { to: userId, candidate });
    pc.onnegotiationneeded = () => step(() => describe(userId, pc));
    pc.oniceconnectionstatechange = () => pc.iceConnectionState === 'failed' && pc.restartIce();
    for (const track of stream.getTracks()) pc.addTrack(track, stream);
    return peers.set(userId, pc).get(userId);
  };
  const drop = (userId) => {
    peers.get(userId)?.close();
    if (peers.delete(userId)) onStream(userId, null);
  };
  const stop = () => {
    callId = media = undefined;
    for (const userId of peers.keys()) drop(userId);
  };
  const over = ({ userId, call }) => (call?.state === 'active' ? drop(userId) : stop());
  for (const name of ['call_rejected', 'call_ended', 'call_missed', 'call_answered_elsewhere'])
    on(name, over);

  const describe = async (userId, pc, id = (pc.offerId = crypto.randomUUID())) => {
    await pc.setLocalDescription();
    const { type, sdp } = pc.localDescription;
    send(type, { to: userId, [type]: { type, sdp, id, isFresh: !pc.currentRemoteDescription } });
  };
  const offer = async (userId) => {
    const pc = connect(userId);
    pc.setConfiguration(config); // with the latest TURN credentials
    pc.restartIce(); // nothing to a new one
    await describe(userId, pc);
  };
  on('offer', async ({ from, offer: theirs }) => {
    if (theirs.isFresh && peers.get(from)?.currentRemoteDescription) drop(from); // another device, or a new page
    const pc = connect(from);
    if (pc.signalingState === 'have-local-offer' && me < from) return; // the one with the greater id gives way
    await pc.setRemoteDescription(theirs);
    await describe(from, pc, theirs.id);
  });
  on('answer', async ({ from, answer }) => {
    const pc = peers.get(from);
    if (pc?.offerId === answer.id) await pc.setRemoteDescription(answer); // not one to an offer before
  });
  on('ice_candidate', ({ from, candidate }) => peers.get(from)?.addIceCandidate(candidate));
  for (const name of ['call_accepted', 'call_resumed']) on(name, () => media && send('media_state', media));
  // An offer that was under way when their connection broke may be lost.
  on('call_resumed', ({ userId: id }) => peers.get(id)?.signalingState === 'have-local-offer' && offer(id));
  const enter = (event, payload, own = stream) =>
    step(async () => {
      const ack = await socket.timeout(5000).emitWithAck(event, payload);
      if (!ack.ok) return ack;
      [callId, stream, config] = [ack.data.call.id, own, { ...rtc, iceServers: ack.data.iceServers }];
      const others = ack.data.call.participants.filter(({ userId }) => userId !== me);
      for (const { userId, state } of others) if (state === 'joined') await offer(userId);
      return ack;
    });
  const resume = (id, own) => enter('call_resume', { callId: id }, own);
  socket.on('connect', () => callId && resume(callId).then((ack) => ack?.ok === false && stop()));
  return {
    peers,
    start: (whom, callType, own) => enter('call_user', { ...whom, callType }, own),
    accept: (id, own) => enter('call_accepted', { callId: id }, own),
    resume,
    setMedia: (state) => send('media_state', (media = state)),
    hangUp: (reason) => step(() => send('call_ended', { reason })).then(stop),
  };
}
