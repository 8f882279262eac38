import { describeLives } from './lives.ts';

describeLives('Drains', {
  DrainsWritten: 5000,
  StopSlot: 800,
  'RollSlot to Current': 400,
  'RollSlot to Current, sessions cut': 30,
  WorkSent: 4000,
});
