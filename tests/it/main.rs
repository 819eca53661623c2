//! Behaviour through the product's own doors: the command line, real HTTP, real databases.
