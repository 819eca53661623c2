mod browse;
mod plans;
