import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { findNodes, type SourceFile, sourceFiles, walk } from './source-tree.js';

const files = sourceFiles();

/** Lines outside of `allowed`, a list of files and folders with the reason for each; and reasons without a line. */
function expectOnlyIn(allowed: Record<string, string>, picks: (node: ts.Node) => boolean): void {
  const lines = findNodes(files, picks);
  const isIn = (line: string, place: string) => line.startsWith(place.endsWith('/') ? place : `${place}:`);
  const places = Object.keys(allowed);
  expect({
    wrong: lines.filter((line) => !places.some((place) => isIn(line, place))),
    needless: places.filter((place) => !lines.some((line) => isIn(line, place))),
  }).toEqual({ wrong: [], needless: [] });
}

const isAccess = (node: ts.Node, object: string, member: string) =>
  ts.isPropertyAccessExpression(node) && node.expression.getText() === object && node.name.text === member;

const calls = (node: ts.Node): node is ts.CallExpression => ts.isCallExpression(node);

function isMethodCall(node: ts.Node, ...names: string[]): boolean {
  return (
    calls(node) && ts.isPropertyAccessExpression(node.expression) && names.includes(node.expression.name.text)
  );
}

describe('habits', () => {
  it('should read the environment in config/ alone', () => {
    expectOnlyIn(
      {
        'src/config/end-with-npm.ts': 'asks what npm says of itself, which is no setting',
        'src/database/embedded/db.command.ts': 'a command of its own, without the app around it',
        'src/database/embedded/engine-launcher.ts': 'hands its own environment on to the engine',
        'src/database/embedded/newer-loader.ts': 'hands its own environment on to the tools it calls',
      },
      (node) => isAccess(node, 'process', 'env'),
    );
  });

  it('should ask the Clock what time it is', () => {
    expectOnlyIn(
      {
        'src/common/clock.ts': 'is the Clock',
        'src/gateways/reply-deadline.ts': 'how long something hangs is real time, whatever the Clock says',
        'src/database/': 'waits for processes and files, of which no Clock can hurry any',
        'src/cluster/workers/worker-supervisor.ts': 'the same, of processes',
      },
      (node) =>
        isAccess(node, 'Date', 'now') ||
        isAccess(node, 'performance', 'now') ||
        (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length),
    );
  });

  it('should leave waiting to the Clock', () => {
    const timers = ['setTimeout', 'setInterval'];

    expectOnlyIn(
      {
        'src/common/clock.ts': 'is the Clock',
        'src/common/http/request-deadline.middleware.ts': 'how long a request hangs is real time',
        'src/gateways/reply-deadline.ts': 'how long an event hangs is real time',
        'src/chats/log/chat-log.service.ts': 'pauses before it asks a database again that did not answer',
        'src/chats/log/commit-lane.ts': 'the same',
        'src/chats/log/group-committer.ts': 'waits at the end for what is under way',
        'src/database/': 'waits for processes and files, and milliseconds for others to share a query',
        'src/cluster/workers/worker-supervisor.ts': 'waits for processes',
      },
      (node) =>
        (calls(node) && timers.includes(node.expression.getText())) ||
        (ts.isImportSpecifier(node) && timers.includes((node.propertyName ?? node.name).text)),
    );
  });

  it('should emit to sockets in the publisher alone', () => {
    expectOnlyIn(
      {
        'src/realtime/realtime.publisher.ts': 'is the publisher',
        'src/gateways/open-event.ts': 'answers an event without an ack callback by `exception`',
        'src/gateways/worker-routing.ts': 'hands a connection to an HTTP server, as one that was accepted',
        'src/database/settle-dead-writes.ts': "tells of the end on the database driver's own sockets",
      },
      (node) => isMethodCall(node, 'emit', 'emitWithAck', 'send', 'broadcast') && isOnSocket(node),
    );
  });

  it('should close sockets only where a login or a token ends', () => {
    expectOnlyIn(
      {
        'src/realtime/realtime.publisher.ts': 'the end of a session',
        'src/gateways/connection.gateway.ts': 'the end of a session in the moment of connecting or renewing',
        'src/gateways/token-expiry.ts': 'the end of a token',
      },
      (node) =>
        isMethodCall(node, 'disconnectSockets') || (isMethodCall(node, 'disconnect') && isOnSocket(node)),
    );
  });

  it('should move sockets between rooms in few places', () => {
    expectOnlyIn(
      {
        'src/gateways/connection.gateway.ts': 'the rooms of a user and of a session',
        'src/presence/presence-views.service.ts': 'the rooms of those whose presence was asked for',
        'src/realtime/realtime.publisher.ts': 'whoever may not watch any more',
      },
      (node) =>
        isMethodCall(node, 'socketsJoin', 'socketsLeave') ||
        (isMethodCall(node, 'join', 'leave') && isOnSocket(node)),
    );
  });

  it('should name rooms by rooms.ts alone', () => {
    const room = /^[usprc]:$/;

    expectOnlyIn({ 'src/realtime/rooms.ts': 'is where they are named' }, (node) =>
      room.test(ts.isTemplateHead(node) || ts.isStringLiteralLike(node) ? node.text : ''),
    );
  });

  it('should name socket events where sockets are spoken to, and in their documents', () => {
    const names = eventNames();
    expect(names.size).toBeGreaterThan(20);
    // Rows of a chat's log, and what the chat says of them, are called like the events that tell of them.
    for (const kind of ['member_added', 'member_removed', 'member_role']) names.delete(kind);
    const places = ['realtime', 'gateways', 'presence', 'docs'];

    expect(
      findNodes(
        files.filter(({ area }) => !places.includes(area)),
        (node) => ts.isStringLiteralLike(node) && names.has(node.text) && !isNameOfLimit(node),
      ),
    ).toEqual([]);
  });

  it('should write to the log, not to the console', () => {
    expectOnlyIn(
      {
        'src/bootstrap.ts': 'speaks to whoever starts the server',
      },
      (node) => ts.isPropertyAccessExpression(node) && node.expression.getText() === 'console',
    );
  });

  it('should have no code in comments that switches checks off without a reason', () => {
    const silenced = files.flatMap(({ path, tree }) =>
      tree.text.split('\n').flatMap((line, index) => {
        if (/@ts-(ignore|nocheck)/.test(line)) return [`${path}:${index + 1}`];
        const before = tree.text.split('\n')[index - 1] ?? '';
        const isBare =
          /(ox|es)lint-disable/.test(line) && !/ -- /.test(line) && !/^\s*(\/\/|\*)/.test(before);
        return isBare ? [`${path}:${index + 1}`] : [];
      }),
    );

    expect(silenced).toEqual([]);
  });
});

/** `emit`, `join` and their kind mean something else on other objects. */
function isOnSocket(node: ts.Node): boolean {
  const { expression } = node as ts.CallExpression;
  const target = (expression as ts.PropertyAccessExpression).expression.getText();
  return /socket|server|target|room|client|namespace|\bio\b/i.test(target);
}

/** The names in `@ClientEvent('...')` and the keys of ServerToClientEvents. */
function eventNames(): Set<string> {
  const names = new Set<string>();
  const collect = ({ tree }: SourceFile) =>
    walk(tree, (node) => {
      if (calls(node) && node.expression.getText() === 'ClientEvent') {
        const [name] = node.arguments;
        if (name && ts.isStringLiteralLike(name)) names.add(name.text);
      }
      if (ts.isInterfaceDeclaration(node) && node.name.text === 'ServerToClientEvents') {
        for (const { name } of node.members) if (name) names.add(name.getText().replaceAll("'", ''));
      }
    });
  for (const file of files) collect(file);
  return names;
}

/** Actions that are limited are often called like the event. */
function isNameOfLimit({ parent }: ts.Node): boolean {
  return calls(parent) && /(^RateLimit|\.consume)$/.test(parent.expression.getText());
}
