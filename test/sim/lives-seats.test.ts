import { describeLives } from './lives.ts';

describeLives('Seats', { GatewayStarted: 2000, StopSlot: 100, TakeBackSeats: 100, WorkSent: 3000 });
