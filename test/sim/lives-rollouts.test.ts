import { describeLives } from './lives.ts';

describeLives('Rollouts', {
  'RollSlot to Current': 800,
  'RollSlot to Current, sessions cut': 20,
  'RollSlot to LastGood': 30,
  'session at its deadline': 20,
  DrainsWritten: 1000,
});
