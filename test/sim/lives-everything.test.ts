import { describeLives } from './lives.ts';

describeLives('Everything', {
  'RollSlot to Current': 300,
  'RollSlot to LastGood': 20,
  StopSlot: 200,
  DrainsWritten: 2000,
  WorkSent: 3000,
  'sessions cut: ForceDelete': 40,
  'sessions cut: SidecarKilled': 30,
});
