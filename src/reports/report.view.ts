import { ApiProperty } from '@nestjs/swagger';

/** What a reporter gets back: that the report is in. */
export class ReportView {
  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60790' })
  id: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T10:15:30.123Z' })
  createdAt: string;
}
