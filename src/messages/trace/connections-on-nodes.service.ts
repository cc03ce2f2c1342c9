import { randomUUID } from 'node:crypto';

import { Injectable, type OnModuleInit } from '@nestjs/common';

import { ClusterNodes } from '../../cluster/cluster-nodes.js';
import { Clock } from '../../common/clock.js';
import type { DomainEventMap } from '../../events/domain-event.map.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { ConnectionSpan } from './connection-history.schema.js';
import { Connections, type KnownConnections } from './connections.service.js';

/** A node that has not answered by then is not waited for. */
const ANSWER_MS = 300;
/** Where not all connections are known, there is no moment from which on all are. */
const NEVER = new Date(8.64e15);

/** Connections on all nodes. `unheardNodes`: those that did not answer, if any; empty where it is not known who there is. */
export interface ConnectionsAnywhere {
  byUser: Map<string, KnownConnections>;
  unheardNodes?: string[];
}

interface Question {
  /** Nodes that have not answered. */
  waitingFor: Set<string>;
  spans: Map<string, ConnectionSpan[]>;
  isAnswered: () => void;
}

/** Asks the other nodes for what only they know: connections that are open. */
@Injectable()
export class ConnectionsOnNodes implements OnModuleInit {
  private readonly questions = new Map<string, Question>();

  constructor(
    private readonly connections: Connections,
    private readonly nodes: ClusterNodes,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.onAnywhere('connections.asked', (asked, isHere) => (isHere ? undefined : this.tell(asked)));
    this.events.onAnywhere('connections.told', (told, isHere) => (isHere ? undefined : this.hear(told)));
  }

  /** The others first: what ends meanwhile is stored before they answer. */
  async of(userIds: readonly string[]): Promise<ConnectionsAnywhere> {
    const others = await this.otherNodes();
    const { waitingFor, spans } = await this.ask(others ?? [], userIds);
    const isComplete = others !== null && waitingFor.size === 0;
    const byUser = await this.connections.of(userIds);
    for (const [userId, known] of byUser) {
      known.spans.push(...(spans.get(userId) ?? []));
      if (!isComplete) known.since = NEVER;
    }
    return isComplete ? { byUser } : { byUser, unheardNodes: [...waitingFor] };
  }

  private async otherNodes(): Promise<string[] | null> {
    try {
      const living = await this.nodes.living();
      return [...(living ?? [])].filter((id) => id !== this.nodes.nodeId);
    } catch {
      return null; // there may be others that nobody can reach now
    }
  }

  private async ask(nodeIds: string[], userIds: readonly string[]): Promise<Omit<Question, 'isAnswered'>> {
    const waitingFor = new Set(nodeIds);
    const spans = new Map<string, ConnectionSpan[]>();
    if (nodeIds.length === 0) return { waitingFor, spans };
    const askId = randomUUID();
    await new Promise<void>((resolve) => {
      const timer = this.clock.setTimer(ANSWER_MS, resolve);
      const isAnswered = () => {
        timer.cancel();
        resolve();
      };
      this.questions.set(askId, { waitingFor, spans, isAnswered });
      this.events.publish('connections.asked', { askId, userIds });
    });
    this.questions.delete(askId);
    return { waitingFor, spans };
  }

  private async tell({ askId, userIds }: DomainEventMap['connections.asked']): Promise<void> {
    const spans = await this.connections.unstored(userIds);
    this.events.publish('connections.told', { askId, nodeId: this.nodes.nodeId, spans });
  }

  private hear({ askId, nodeId, spans }: DomainEventMap['connections.told']): void {
    const question = this.questions.get(askId);
    if (!question?.waitingFor.delete(nodeId)) return;
    for (const [userId, told] of Object.entries(spans))
      question.spans.set(userId, [...(question.spans.get(userId) ?? []), ...told]);
    if (question.waitingFor.size === 0) question.isAnswered();
  }
}
