//! People and what acts for them: users, roles, passwords, sign-ins, output credentials.
