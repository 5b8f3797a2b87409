"""Training for many visitors: queue, slots, worker processes, storage, several servers, health."""
