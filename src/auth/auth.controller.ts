import { Body, Controller, HttpCode, Ip, Post } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { Public } from '../common/http/public.decorator.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { OwnUserView, toOwnUserView } from '../users/user.view.js';
import { AuthService } from './auth.service.js';
import { ChangePasswordDto } from './dto/change-password.dto.js';
import { LoginDto } from './dto/login.dto.js';
import { RefreshDto } from './dto/refresh.dto.js';
import { RegisterDto } from './dto/register.dto.js';
import { LoginView, TokensView, toLoginView, toTokensView } from './tokens.view.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Public()
  @RateLimit('auth.register')
  @Post('register')
  @ApiOperation({ summary: 'Make an account', description: 'Answers the account; log in for a token.' })
  @ApiCreatedResponse({ type: OwnUserView })
  @ApiErrors('VALIDATION', 'CONFLICT', 'UNAVAILABLE')
  async register(@Body() input: RegisterDto): Promise<OwnUserView> {
    return toOwnUserView(await this.auth.register(input));
  }

  @Public()
  @RateLimit('auth.login.address')
  @Post('login')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Log in',
    description: 'Opens a session. An unknown email and a wrong password are answered alike.',
  })
  @ApiOkResponse({ type: LoginView })
  @ApiErrors('VALIDATION', 'UNAUTHENTICATED', 'UNAVAILABLE')
  async login(@Body() input: LoginDto, @Ip() ip: string): Promise<LoginView> {
    return toLoginView(await this.auth.login(input, ip));
  }

  @Public()
  @RateLimit('auth.refresh')
  @Post('refresh')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Get new tokens',
    description:
      'Each refresh token works once. One that is used again ends its session, so refresh one at a time and keep the answer.',
  })
  @ApiOkResponse({ type: TokensView })
  @ApiErrors('VALIDATION', 'UNAUTHENTICATED')
  async refresh(@Body() { refreshToken }: RefreshDto): Promise<TokensView> {
    return toTokensView(await this.auth.refresh(refreshToken));
  }

  @Post('logout')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Log out', description: 'Ends the session: its tokens at once, its sockets too.' })
  @ApiNoContentResponse()
  async logout(@CurrentUser() user: AuthUser): Promise<void> {
    await this.auth.logout(user);
  }

  @RateLimit('auth.password')
  @Post('password')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'Change my password',
    description: 'Ends all other sessions. `FORBIDDEN` when the current password is wrong.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'FORBIDDEN', 'UNAVAILABLE')
  async changePassword(@CurrentUser() user: AuthUser, @Body() input: ChangePasswordDto): Promise<void> {
    await this.auth.changePassword(user, input);
  }
}
