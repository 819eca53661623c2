//! The composition root: builds the parts, wires routes, jobs, schedules and listeners, runs and ends the server.
