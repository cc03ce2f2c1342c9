import {
  BooleanField,
  IdField,
  NumberField,
  TextField,
  TextListField,
} from '../../common/validation/fields.js';

/** A place on earth. */
export class LocationDto {
  @NumberField({ min: -90, max: 90, example: 52.5163 })
  latitude: number;

  @NumberField({ min: -180, max: 180, example: 13.3777 })
  longitude: number;

  @TextField({ optional: true, min: 1, max: 200, blank: false, example: 'Brandenburg Gate' })
  name?: string;
}

/** A person's card. */
export class ContactCardDto {
  @IdField({ optional: true, description: 'Somebody here' })
  userId?: string;

  @TextField({ min: 1, max: 100, blank: false, example: 'Bob' })
  name: string;

  @TextField({ optional: true, min: 1, max: 32, blank: false, example: '+49301234567' })
  phone?: string;
}

export class PollDto {
  @TextField({ min: 1, max: 300, blank: false, example: 'When do we meet?' })
  question: string;

  @TextListField({
    min: 2,
    max: 12,
    length: 100,
    example: ['Saturday', 'Sunday'],
    description: 'No two alike',
  })
  options: string[];

  @BooleanField({ optional: true, default: false, description: 'Whether one may vote for several' })
  multiple?: boolean;
}
