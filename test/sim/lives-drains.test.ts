import { describeLives } from './lives.ts';

describeLives('Drains', { DrainsWritten: 1000, StopSlot: 200, 'RollSlot to Current': 200, WorkSent: 2000 });
