import { describeLives } from './lives.ts';

describeLives('Everything', {
  'RollSlot to Current': 300,
  StopSlot: 100,
  DrainsWritten: 300,
  'sessions cut: ForceDelete': 30,
  'sessions cut: NodeLost': 1,
});
