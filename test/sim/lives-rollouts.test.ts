import { describeLives } from './lives.ts';

describeLives('Rollouts', {
  'RollSlot to Current': 800,
  'RollSlot to Current, sessions cut': 60,
  'RollSlot to LastGood': 60,
  'session at its deadline': 50,
  StopSlot: 300,
  'sessions cut: GatewayCrash': 80,
});
