import { createHmac } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import type { IceServersView, IceServerView } from './ice-servers.view.js';

/** How long credentials open new relays; those in use go on. */
export const ICE_TTL_SECONDS = 3600;

/**
 * Where devices find a way to each other. TURN credentials are the user's and end by themselves, after
 * coturn's scheme (`use-auth-secret`): the name says until when, the password is its HMAC.
 */
@Injectable()
export class IceServers {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  for(userId: string): IceServersView {
    return { iceServers: this.listFor(userId), ttlSeconds: ICE_TTL_SECONDS };
  }

  listFor(userId: string): IceServerView[] {
    const { stunUrls, turnUrls, turnSecret } = this.config;
    const servers: IceServerView[] = stunUrls.length > 0 ? [{ urls: stunUrls }] : [];
    if (turnUrls.length > 0 && turnSecret) {
      const username = `${Math.floor(this.clock.nowMs() / 1000) + ICE_TTL_SECONDS}:${userId}`;
      const credential = createHmac('sha1', turnSecret).update(username).digest('base64');
      servers.push({ urls: turnUrls, username, credential });
    }
    return servers;
  }
}
