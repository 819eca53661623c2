//! The typed in-process bus. An event only refreshes what is shown; work that must happen is a job.
