import { describeLives } from './lives.ts';

describeLives('Seats', { GatewayStarted: 3000, StopSlot: 200, TakeBackSeats: 100, WorkSent: 2000 });
