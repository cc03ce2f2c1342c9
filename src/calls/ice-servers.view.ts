import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** As the constructor of `RTCPeerConnection` takes it. */
export class IceServerView {
  @ApiProperty({ type: [String], example: ['turn:turn.example.com:3478'] })
  urls: string[];

  @ApiPropertyOptional({ example: '1795000000:6920f1a0a1b2c3d4e5f60701', description: 'TURN only' })
  username?: string;

  @ApiPropertyOptional({ example: 'kS1mH0dYy1v0mX2JvWcVYm9pTzE=', description: 'TURN only' })
  credential?: string;
}

export class IceServersView {
  @ApiProperty({ type: [IceServerView] })
  iceServers: IceServerView[];

  @ApiProperty({ example: 3600, description: 'So long they can be used to begin a connection' })
  ttlSeconds: number;
}
