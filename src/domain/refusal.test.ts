import { DomainError } from './errors';
import { errorOf, refusalOf, refused, type Refusal } from './refusal';

describe('a refusal', () => {
  it('gives back the error that it was made of, with its details or without', () => {
    for (const details of [{}, { required: 5, available: 3 }]) {
      const error = new DomainError('insufficient_credits', 'Too few.', details);
      const answer = JSON.parse(JSON.stringify(refused(refusalOf(error)))) as Refusal;
      expect(errorOf(answer)).toEqual(error);
      expect(errorOf(answer).details).toEqual(details);
    }
  });

  it('is read without details, as older releases recorded it', () => {
    expect(errorOf({ code: 'state_conflict', message: 'It has ended.' }).details).toEqual({});
  });

  it('is not made of a bug, nor of what is tried again', () => {
    const bugs = [new DomainError('unavailable', 'Later.'), new TypeError('not a function')];
    for (const error of bugs) expect(() => refusalOf(error)).toThrow(error);
  });

  it('is no error when nobody knows its code', () => {
    expect(() => errorOf({ code: 'unheard_of', message: '' } as unknown as Refusal)).toThrow('unheard_of');
  });
});
