/// The settings of the shell itself: every service has them.
public enum ShellKeys {
    public static let logLevel = ConfigurationKey<LogLevel>(
        "LOG_LEVEL", .choice(), default: .info, help: "The least level of the log lines on standard output.")
    public static let opsHost = ConfigurationKey(
        "OPS_HOST", .text, default: "127.0.0.1", help: "Address that metrics and health are served on.")
    public static let opsPort = ConfigurationKey(
        "OPS_PORT", .integer(in: 0...65_535), default: 0,
        help: "Port of /metrics and /health/live, ready and startup; 0 takes any free one and logs it.")
    public static let addressFile = ConfigurationKey(
        optional: "ADDRESS_FILE", .path,
        help: "File that gets the addresses in use, a line listener=host:port each, once everything has started.")
    public static let stopWithin = ConfigurationKey(
        "STOP_WITHIN", .duration(in: .seconds(1)...(.seconds(600))), default: .seconds(10),
        help: "How long a graceful stop may take in all.")

    public static let tracesEndpoint = ConfigurationKey(
        optional: "OTEL_EXPORTER_OTLP_ENDPOINT", .url(),
        help: "Base address of a collector that takes traces, OTLP over HTTP: http://127.0.0.1:4318. None: no traces.")
    public static let tracesShare = ConfigurationKey(
        "OTEL_TRACES_SAMPLER_ARG", .share, default: 1,
        help: "Of the traces that begin here, how many are told; one that comes in keeps its sender's decision.")

    public static let all: [any AnyConfigurationKey] = [
        logLevel, opsHost, opsPort, addressFile, stopWithin, tracesEndpoint, tracesShare,
    ]
}
