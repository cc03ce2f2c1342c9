import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { Contact } from './contact.schema.js';
import { SavedPeopleRepository } from './saved-people.repository.js';

@Injectable()
export class ContactsRepository extends SavedPeopleRepository {
  constructor(@InjectModel(Contact.name) model: Model<Contact>) {
    super(model);
  }
}
