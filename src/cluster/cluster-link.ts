/** A lease that holds again. */
export interface Renewal {
  /** Nothing was known of the node: whatever was kept of it is gone. */
  isNew: boolean;
  /** Others had begun to see to its end. */
  hasBeenGivenUp: boolean;
}

/** A node whose lease has run out. */
export interface LostNode {
  nodeId: string;
  lastHeardAtMs: number;
}

/** Users taken from a node that is gone: how many, and those who are on no other. */
export interface TakenUsers {
  count: number;
  offline: string[];
}

/** Hears what other nodes say. */
export interface NodeTalk {
  hear(text: string): void;
  /** Some of it did not reach this node. */
  missed(): void;
  /** This node was cut off, and is back: nothing reached it, and nothing that it said reached anybody. */
  returned(): void;
}

/**
 * What nodes share outside of the database, and may lose: which of them live, who is online where, and what they tell
 * each other. Each call is one step, whole or not at all, in the order of asking. Redis is one (`RedisClusterLink`), the
 * primary of the workers on one machine another (`WorkerLink`).
 */
export abstract class ClusterLink {
  /** Whether it is worth asking. */
  abstract readonly isUp: boolean;

  /** It has not answered in time: until it does, nobody is to wait for it. */
  abstract cut(): void;

  /** This node lives, for `leaseMs` more. */
  abstract renew(nodeId: string, leaseMs: number): Promise<Renewal>;

  /** It stops, and those who were connected to it have so long to come back elsewhere. */
  abstract leave(nodeId: string, afterMs: number): Promise<void>;

  abstract living(): Promise<string[]>;

  /** A node that is gone, for who asks first: the others have to wait for `claimMs`. */
  abstract findLost(nodeId: string, claimMs: number): Promise<LostNode | null>;

  /** All is done for a node that is gone. Nothing happens where it has come back meanwhile. */
  abstract forget(nodeId: string): Promise<void>;

  /** Tells of a node that has just gone, where that shows before its lease runs out. */
  abstract onLoss(listener: () => void): void;

  /** They are online on this node; answers those who were on none before. */
  abstract hold(nodeId: string, userIds: readonly string[]): Promise<string[]>;

  /** They are no more; answers those who are on no node now. */
  abstract release(nodeId: string, userIds: readonly string[]): Promise<string[]>;

  abstract heldBy(nodeId: string): Promise<string[]>;

  /** Some of the users of a node that is gone; none if it has come back. */
  abstract takeFrom(nodeId: string, max: number): Promise<TakenUsers>;

  /** Who of them is online on any node. */
  abstract heldAmong(userIds: readonly string[]): Promise<Set<string>>;

  /** To all other nodes, at most once. */
  abstract say(text: string): void;

  /** Once; resolves when nothing is missed any more. */
  abstract listen(talk: NodeTalk): Promise<void>;
}
