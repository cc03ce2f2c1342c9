import { JobLeasesRepository } from '../../../src/jobs/job-leases.repository.js';
import { ReportsRepository } from '../../../src/reports/reports.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { hex, LATER, NOW, objectId, times, user } from './ids.js';

/** What operators and the server itself need: reports and the leases of jobs. */
export function addOperations(add: AddPlan): void {
  const report = {
    reporterId: hex(user(1)),
    accusedIds: [hex(user(2))],
    userId: hex(user(2)),
    reason: 'spam',
    snapshot: {},
    mediaIds: [hex(objectId(7, 1))],
    createdAt: NOW,
    creationKey: 'key',
  };
  add(ReportsRepository, 'insert', (reports) => reports.insert(report));
  add(ReportsRepository, 'insert, again', (reports) => reports.insert(report));
  add(ReportsRepository, 'findByCreationKey', (reports) => reports.findByCreationKey('key'));
  add(ReportsRepository, 'findKeptMedia', (reports) =>
    reports.findKeptMedia([5, 6, 7].map((n) => hex(objectId(7, n)))),
  );
  add(ReportsRepository, 'releaseCreationKey', (reports) => reports.releaseCreationKey('key', LATER));
  const reporter = hex(user(5));
  add(ReportsRepository, 'findByReporterBehind', (reports) =>
    reports.findByReporterBehind(reporter, null, 50),
  );
  add(ReportsRepository, 'findByReporterBehind, second page', (reports) =>
    reports.findByReporterBehind(reporter, hex(objectId(6, 500)), 50),
  );

  const lease = { holder: 'here', now: NOW, until: LATER };
  add(JobLeasesRepository, 'claim', (leases) => leases.claim('job 7', lease));
  add(JobLeasesRepository, 'claim, held', (leases) => leases.claim('job 7', { ...lease, holder: 'there' }));
  add(JobLeasesRepository, 'release', (leases) => leases.release('job 7', 'here'));
}

export async function seedOperations(insert: Insert): Promise<void> {
  await Promise.all([
    insert(
      'Report',
      times(1000, (n) => ({
        _id: objectId(6, n),
        reporterId: user(n),
        accusedIds: [user(n + 1)],
        reason: 'spam',
        snapshot: {},
        mediaIds: [objectId(7, n), objectId(7, 1)],
        createdAt: NOW,
        creationKey: `key ${n}`,
      })),
    ),
    insert(
      'JobLease',
      times(100, (n) => ({ _id: `job ${n}`, holder: 'gone', until: NOW })),
    ),
  ]);
}
