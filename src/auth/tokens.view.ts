import { ApiProperty } from '@nestjs/swagger';

import type { UserRecord } from '../users/user.record.js';
import { OwnUserView, toOwnUserView } from '../users/user.view.js';
import type { Tokens } from './auth.service.js';

export class TokensView {
  @ApiProperty({
    example: 'eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOiI2Nj...',
    description: 'JWT for REST and sockets',
  })
  accessToken: string;

  @ApiProperty({ example: '665f1f77bcf86cd799439011.q0Zl...', description: 'Opaque; works once' })
  refreshToken: string;

  @ApiProperty({ enum: ['Bearer'] })
  tokenType: 'Bearer';

  @ApiProperty({ type: 'integer', example: 86_400, description: 'Seconds until the access token ends' })
  expiresIn: number;
}

export class LoginView extends TokensView {
  @ApiProperty({ type: OwnUserView })
  user: OwnUserView;
}

export function toTokensView({ accessToken, refreshToken, expiresIn }: Tokens): TokensView {
  return { accessToken, refreshToken, tokenType: 'Bearer', expiresIn };
}

export function toLoginView({
  accessToken,
  refreshToken,
  expiresIn,
  user,
}: Tokens & { user: UserRecord }): LoginView {
  return { accessToken, refreshToken, tokenType: 'Bearer', expiresIn, user: toOwnUserView(user) };
}
