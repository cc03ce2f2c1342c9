import { describe, expect, it } from 'vitest';

import { cyclesOf, type Import, type SourceFile, sourceFiles } from './source-tree.js';

/*
 * Who may know whom. Exceptions stand here with their reasons; one that nothing needs any more fails too.
 */
const files = sourceFiles();

const FEATURES = [
  'auth',
  'users',
  'chats',
  'messages',
  'sync',
  'calls',
  'status',
  'search',
  'accounts',
  'media',
  'push',
];
const DATABASE = /^(mongoose|mongodb|@nestjs\/mongoose)(\/|$)/;
const TRANSPORT = /^(socket\.io|engine\.io|@nestjs\/websockets|@nestjs\/platform-socket\.io)/;

/** `file -> file` of each import that `isWrong`. */
function edges(isWrong: (from: SourceFile, to: Import) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((to) => isWrong(file, to))
      .map(({ target, specifier }) => `${file.path} -> ${target ?? specifier}`),
  );
}

/** The wrong edges are exactly the excused ones; an excuse may name a folder by its end in `/`. */
function expectOnly(found: string[], excused: Record<string, string> = {}): void {
  const excuses = Object.keys(excused);
  const fits = (edge: string, excuse: string) =>
    excuse.endsWith('/') ? edge.startsWith(excuse) : edge === excuse;
  expect({
    wrong: found.filter((edge) => !excuses.some((excuse) => fits(edge, excuse))),
    needless: excuses.filter((excuse) => !found.some((edge) => fits(edge, excuse))),
  }).toEqual({ wrong: [], needless: [] });
}

const areaOf = (target: string | null) => target?.split('/')[1] ?? '';
const isFeature = (area: string) => FEATURES.includes(area);

describe('dependencies', () => {
  it('should find the sources', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap(({ imports }) => imports).filter(({ target }) => target).length).toBeGreaterThan(
      300,
    );
  });

  it('should have no cycle at run time', () => {
    expect(cyclesOf(files)).toEqual([]);
  });

  it('should keep features from knowing sockets, not even as types', () => {
    expectOnly(
      edges(
        ({ area }, { target, specifier }) =>
          isFeature(area) &&
          (['gateways', 'realtime', 'presence'].includes(areaOf(target)) || TRANSPORT.test(specifier)),
      ),
    );
  });

  it('should keep gateways from knowing the database', () => {
    expectOnly(
      edges(
        ({ area }, { target, specifier }) =>
          area === 'gateways' &&
          (DATABASE.test(specifier) || /\.(repository|schema|store)\.ts$/.test(target ?? '')),
      ),
    );
  });

  it('should leave the database to repositories, schemas, modules and database/', () => {
    const mayTouch = /(\.(repository|schema|module)\.ts$)|^src\/database\//;

    expectOnly(
      edges(({ path }, { specifier }) => DATABASE.test(specifier) && !mayTouch.test(path)),
      {
        'src/common/errors/error-body.ts -> mongoose':
          'the one mapper of errors has to know when the database is down',
        'src/chats/log/message-change.ts -> mongoose': 'the ids in it, as types: part of a schema',
        'src/chats/log/message-content.ts -> mongoose': 'the same',
        'src/chats/log/message-change.writes.ts -> mongoose': 'the updates of a repository, as types',
        'src/chats/log/chat-log.store.ts -> mongoose':
          'tells by its error whether an insert was refused, failed or is unknown',
        'src/health/health.controller.ts -> @nestjs/mongoose':
          'asks the connection itself: a repository would have no collection',
        'src/health/health.controller.ts -> mongoose': 'as above, its type',
      },
    );
  });

  it('should let features use each other by their services and views, never by what they store', () => {
    const isStored = /\.(repository|schema|store|record)\.ts$/;

    expectOnly(
      edges(
        ({ area }, { target }) =>
          isFeature(area) &&
          isFeature(areaOf(target)) &&
          areaOf(target) !== area &&
          isStored.test(target ?? ''),
      ),
      {
        // The log of a chat is one table with many readers: messages are its rows, and a sync is a range
        // of them. A service in between would repeat each of its queries (docs/adr/0001).
        'src/messages/': 'the rows of that log, what becomes of them, and who may see them',
        'src/search/': 'works the log into its index, and answers by the messages themselves',
        'src/sync/': 'ranges of the log, of memberships and of receipts',
        // The password hash is never part of a UserRecord; it is what the accounts of auth are made of.
        'src/auth/auth.service.ts -> src/users/user.record.ts': 'the account that logs in, as a type',
        'src/auth/tokens.view.ts -> src/users/user.record.ts': 'the same, for its view',
      },
    );
  });

  it('should keep listeners to events, views and rooms', () => {
    expectOnly(
      edges(({ area }, { target, isType }) => area === 'realtime' && isFeature(areaOf(target)) && !isType),
    );
  });

  it('should keep common, config, database, cluster and events below everything else, but for types', () => {
    const below = ['common', 'config', 'database', 'cluster', 'events'];

    expectOnly(
      edges(({ area }, { target, isType }) => {
        const to = areaOf(target);
        return below.includes(area) && target !== null && !below.includes(to) && !isType;
      }),
    );
  });

  it('should have no barrels', () => {
    const barrels = files.filter(({ path }) => path.endsWith('/index.ts')).map(({ path }) => path);

    expect(barrels).toEqual([]);
    expectOnly(edges((_, { isExport }) => isExport));
  });

  it('should write relative imports with .js, and none from three folders up', () => {
    expectOnly(edges((_, { specifier, target }) => target !== null && !/\.(js|json)$/.test(specifier)));
    expectOnly(edges((_, { specifier }) => specifier.startsWith('../../../')));
  });

  it('should import no internals of packages', () => {
    expectOnly(
      edges((_, { specifier, target }) => target === null && /\/(dist|lib|build|src)\//.test(specifier)),
    );
  });

  it('should not reach from the sources into tests, scripts or the build', () => {
    expectOnly(
      edges((_, { target }) => target !== null && !target.startsWith('src/') && target !== 'package.json'),
    );
  });
});
