import { ClusterLink, type LostNode, type NodeTalk, type Renewal, type TakenUsers } from '../cluster-link.js';
import type { PrimaryChannel } from './primary-channel.js';

/** Workers on one machine: their primary keeps what they share, and knows at once when one of them ends. */
export class WorkerLink extends ClusterLink {
  readonly isUp = true;

  constructor(private readonly primary: PrimaryChannel) {
    super();
  }

  /** It can't be away while this process lives. */
  cut(): void {}

  renew(nodeId: string, leaseMs: number): Promise<Renewal> {
    return this.primary.ask('renew', nodeId, leaseMs);
  }

  leave(nodeId: string, afterMs: number): Promise<void> {
    return this.primary.ask('leave', nodeId, afterMs);
  }

  living(): Promise<string[]> {
    return this.primary.ask('living');
  }

  findLost(nodeId: string, claimMs: number): Promise<LostNode | null> {
    return this.primary.ask('findLost', nodeId, claimMs);
  }

  forget(nodeId: string): Promise<void> {
    return this.primary.ask('forget', nodeId);
  }

  onLoss(listener: () => void): void {
    this.primary.whenLost(listener);
  }

  hold(nodeId: string, userIds: readonly string[]): Promise<string[]> {
    return this.primary.ask('hold', nodeId, userIds);
  }

  release(nodeId: string, userIds: readonly string[]): Promise<string[]> {
    return this.primary.ask('release', nodeId, userIds);
  }

  heldBy(nodeId: string): Promise<string[]> {
    return this.primary.ask('heldBy', nodeId);
  }

  takeFrom(nodeId: string, max: number): Promise<TakenUsers> {
    return this.primary.ask('takeFrom', nodeId, max);
  }

  async heldAmong(userIds: readonly string[]): Promise<Set<string>> {
    return new Set(await this.primary.ask('heldAmong', userIds));
  }

  say(text: string): void {
    this.primary.tell('events', text);
  }

  async listen(talk: NodeTalk): Promise<void> {
    this.primary.listen('events', (text) => talk.hear(text));
    this.primary.whenMissed(() => talk.missed());
    return Promise.resolve();
  }
}
