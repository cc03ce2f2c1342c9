import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';

import { Clock, type ClockTimer } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import { ClusterLink } from './cluster-link.js';
import { NODE_ID } from './node-id.js';
import { NODE_LEASE_MS } from './node-scripts.js';

const BEAT_MS = 1000;
/** Who sees to a dead node has so long for it, and for each further turn, before another may. */
const BURIAL_MS = 10_000;

/** What is left to do for a node that is gone. Must do no harm when it runs twice. */
export type NodeLost = (nodeId: string, lastHeardAt: Date) => Promise<void>;

/** `hasBeenGivenUp`: the others took this node for dead, and have told so. */
export type Returned = (hasBeenGivenUp: boolean) => Promise<void>;

/**
 * Which nodes live: each holds a lease that it renews every second. When one runs out, one of the others does what the
 * dead one has left undone. Times are those of what keeps the leases, whatever the clocks of the nodes say.
 */
@Injectable()
export class ClusterNodes implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ClusterNodes.name);
  private readonly lostListeners: NodeLost[] = [];
  private readonly returnListeners: Returned[] = [];
  private timer: ClockTimer | null = null;
  private isStopping = false;
  private isKnown = false;
  /** Nobody is given up before all have had time to come back, from when what keeps the leases was away itself. */
  private mayBuryAtMs = 0;
  private burial: Promise<void> | null = null;
  /** Another one was lost meanwhile. */
  private isLossDue = false;

  constructor(
    @Inject(ClusterLink) private readonly link: ClusterLink | null,
    @Inject(NODE_ID) readonly nodeId: string,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** While the modules are made. */
  onLost(listener: NodeLost): void {
    this.lostListeners.push(listener);
  }

  /** When the others have not known this node for a while, so that nothing of what was kept there may be right. */
  onReturn(listener: Returned): void {
    this.returnListeners.push(listener);
  }

  /** The nodes that live, this one included; `null` where there is no more than this one. */
  async living(): Promise<ReadonlySet<string> | null> {
    if (!this.link) return null;
    return new Set([...(await this.link.living()), this.nodeId]);
  }

  async onModuleInit(): Promise<void> {
    if (!this.link) return;
    await this.link.renew(this.nodeId, NODE_LEASE_MS);
    this.isKnown = true;
  }

  onApplicationBootstrap(): void {
    const { link } = this;
    if (!link) return;
    this.schedule(link);
    link.onLoss(() => this.bury(link));
  }

  /** What this node leaves behind is for the others, when those who were connected here have had time to move. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    this.timer?.cancel();
    await this.link?.leave(this.nodeId, this.config.presenceGraceMs).catch(() => undefined);
  }

  private schedule(link: ClusterLink): void {
    this.timer = this.clock.setTimer(BEAT_MS, () => {
      void this.beat(link).finally(() => {
        if (!this.isStopping) this.schedule(link);
      });
    });
  }

  private async beat(link: ClusterLink): Promise<void> {
    try {
      const { isNew, hasBeenGivenUp } = await link.renew(this.nodeId, NODE_LEASE_MS);
      if (isNew || hasBeenGivenUp || !this.isKnown) await this.comeBack(hasBeenGivenUp);
      this.bury(link);
    } catch (error) {
      this.failed(link, error);
    }
  }

  private failed(link: ClusterLink, error: unknown): void {
    if (this.isKnown && !this.isStopping)
      this.logger.error(`the lease of this node is not renewed: ${String(error)}`);
    this.isKnown = false;
    link.cut();
  }

  private async comeBack(hasBeenGivenUp: boolean): Promise<void> {
    this.mayBuryAtMs = this.clock.nowMs() + NODE_LEASE_MS;
    for (const returned of this.returnListeners) await returned(hasBeenGivenUp);
    this.isKnown = true;
  }

  /** Beside the beats: the users of a large node take longer to see to than a lease lasts. */
  private bury(link: ClusterLink): void {
    if (this.isStopping || this.clock.nowMs() < this.mayBuryAtMs) return;
    if (this.burial) return void (this.isLossDue = true);
    this.isLossDue = false;
    this.burial = this.buryAll(link)
      .catch((error: unknown) => this.failed(link, error))
      .finally(() => {
        this.burial = null;
        if (this.isLossDue) this.bury(link);
      });
  }

  /** Should a listener fail, its node stays for the next beat. */
  private async buryAll(link: ClusterLink): Promise<void> {
    for (;;) {
      const lost = await link.findLost(this.nodeId, BURIAL_MS);
      if (!lost) return;
      this.logger.warn(`node ${lost.nodeId} is gone: this one does what it has left`);
      const lastHeardAt = new Date(lost.lastHeardAtMs);
      await Promise.all(this.lostListeners.map((listener) => listener(lost.nodeId, lastHeardAt)));
      await link.forget(lost.nodeId);
    }
  }
}
