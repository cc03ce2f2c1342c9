import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** Which node runs a job at the moment; one row per job, by its name. */
@Schema({ collection: 'job_leases', versionKey: false })
export class JobLease {
  @Prop({ type: String, required: true })
  _id: string;

  @Prop({ type: String, required: true })
  holder: string;

  /** From then on any node may take it. */
  @Prop({ type: Date, required: true })
  until: Date;
}

export const JobLeaseSchema = SchemaFactory.createForClass(JobLease);
