import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';

import { ClusterLink } from '../cluster/cluster-link.js';
import { ClusterNodes } from '../cluster/cluster-nodes.js';
import { Clock } from '../common/clock.js';

/** Users whose leases change in one step. */
const BATCH = 500;
/** Between batches of a dead node's users, each of whom costs queries: who may hear of it. */
const PAUSE_MS = 250;

/** Where everybody stands who counts as online on this node. */
export interface OwnUsers {
  isHere(userId: string): boolean;
  ids(): string[];
}

/** What to tell of many at once. */
export interface NewsOfMany {
  /** They were on a node that is gone, and on no other. */
  left(userIds: readonly string[], lastSeenAt: Date): void;
  /** They are on this node, which was given up though it lives, and on no other. */
  returned(userIds: readonly string[]): void;
}

/**
 * Who is online on any node. Each user of a node is a lease that stands and falls with the node's own, so a node that
 * dies takes them along. One step per coming or going, in the order of asking. Without a link to others, or while it is
 * down, there is this node alone.
 */
@Injectable()
export class PresenceLeases implements OnModuleInit {
  private own: OwnUsers = { isHere: () => false, ids: () => [] };
  private news: NewsOfMany | null = null;

  constructor(
    @Inject(ClusterLink) private readonly link: ClusterLink | null,
    private readonly nodes: ClusterNodes,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const { link } = this;
    if (!link) return;
    this.nodes.onLost((nodeId, lastSeenAt) => this.takeFrom(link, nodeId, lastSeenAt));
    this.nodes.onReturn((hasBeenGivenUp) => this.renew(link, hasBeenGivenUp));
  }

  /** Once, before the server listens. */
  serve(own: OwnUsers, news: NewsOfMany): void {
    this.own = own;
    this.news = news;
  }

  /** Somebody is online here from now on; `first` where they are on no other node. */
  hold(userId: string, first: () => void): void {
    step(this.link?.hold(this.nodes.nodeId, [userId]), first);
  }

  /** Somebody is no more; `last` where they are on no other node either. */
  release(userId: string, last: () => void): void {
    step(this.link?.release(this.nodes.nodeId, [userId]), last);
  }

  /** Who of these is online on another node. */
  async amongOthers(userIds: readonly string[]): Promise<Set<string>> {
    if (!this.link?.isUp || userIds.length === 0) return new Set();
    return this.link.heldAmong(userIds).catch(() => new Set<string>());
  }

  /** What is kept of this node's users is made right, in one go, whatever has come and gone meanwhile. */
  private async renew(link: ClusterLink, hasBeenGivenUp: boolean): Promise<void> {
    const { nodeId } = this.nodes;
    const known = await link.heldBy(nodeId);
    const own = this.own.ids();
    const gone = known.filter((userId) => !this.own.isHere(userId));
    const released = inBatches(gone).map((ids) => link.release(nodeId, ids));
    const held = inBatches(own).map((ids) => link.hold(nodeId, ids));
    const [, first] = await Promise.all([Promise.all(released), Promise.all(held)]);
    // Where nobody had given the node up, nobody had been told that they were gone.
    if (hasBeenGivenUp) this.news?.returned(first.flat());
  }

  private async takeFrom(link: ClusterLink, nodeId: string, lastSeenAt: Date): Promise<void> {
    for (;;) {
      const { count, offline } = await link.takeFrom(nodeId, BATCH);
      if (offline.length > 0) this.news?.left(offline, lastSeenAt);
      if (count < BATCH) return;
      await new Promise<void>((resolve) => void this.clock.setTimer(PAUSE_MS, resolve));
    }
  }
}

/** Alone, as far as this node knows, it is the first and the last that anybody is on. */
function step(answer: Promise<string[]> | undefined, then: () => void): void {
  if (!answer) return then();
  answer.then(
    (changed) => (changed.length > 0 ? then() : undefined),
    () => then(),
  );
}

function inBatches(ids: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let from = 0; from < ids.length; from += BATCH) batches.push(ids.slice(from, from + BATCH));
  return batches;
}
