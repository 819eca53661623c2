mod browse;
