// swift-tools-version: 6.2
// FilmClub: an event-driven order and fulfilment system. No outside Swift package: the toolchain and the
// system's own C libraries are all it needs, so it builds offline and the distribution keeps it patched.
import PackageDescription

// MARK: - Settings

/// Every target: what Swift is heading for, switched on from the first day; a warning is an error.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
    .treatAllWarnings(as: .error),  // SE-0480
]

/// The modules that touch C: every unsafe use is marked where it stands (SE-0458).
let strictMemory = strict + [.strictMemorySafety()]

// MARK: - Shapes of targets

func cLibrary(_ name: String, pkgConfig: String? = nil, apt: String? = nil) -> Target {
    .systemLibrary(
        name: name, path: "Shared/C/\(name)", pkgConfig: pkgConfig, providers: apt.map { [.apt([$0])] })
}

func shared(
    _ name: String, _ folder: String? = nil, uses: [Target.Dependency] = [], exclude: [String] = [],
    resources: [Resource]? = nil, settings: [SwiftSetting] = strict
) -> Target {
    .target(
        name: name, dependencies: uses, path: "Shared/\(folder ?? name)", exclude: exclude, resources: resources,
        swiftSettings: settings)
}

func tests(_ name: String, uses: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: uses + ["TestSupport"], path: "Tests/\(name)", exclude: exclude,
        swiftSettings: strict)
}

/// A service is three targets: pure rules, the shell around them, and a `@main` of a dozen lines.
func service(_ folder: String, executable: String) -> [Target] {
    [
        .target(
            name: "\(folder)Domain", dependencies: ["FilmClubModel"], path: "Services/\(folder)/Domain",
            swiftSettings: strict),
        .target(
            name: "\(folder)Service",
            dependencies: [
                .byName(name: "\(folder)Domain"), "Contracts", "FilmClubModel", "Messaging", "Postgres", "Kafka",
                "HTTPClient", "HTTPServer", "JOSE", "JSON", "ServiceShell",
            ],
            path: "Services/\(folder)/Service", resources: [.embedInCode("Migrations")], swiftSettings: strict),
        .executableTarget(
            name: executable, dependencies: [.byName(name: "\(folder)Service"), "ServiceShell"],
            path: "Services/\(folder)/Main", swiftSettings: strict),
        tests(
            "\(folder)Tests",
            uses: [
                .byName(name: "\(folder)Domain"), .byName(name: "\(folder)Service"), "ServiceTestSupport",
                "FilmClubModel", "HTTPClient", "HTTPServer", "JOSE", "JSON", "Messaging", "Postgres", "Reactor",
                "ServiceShell",
            ]),
    ]
}

// MARK: - The package

let package = Package(
    name: "filmclub",
    products: [
        .executable(name: "filmclub", targets: ["filmclub"]),
        .executable(name: "filmclub-catalog", targets: ["filmclub-catalog"]),
        .executable(name: "filmclub-cart", targets: ["filmclub-cart"]),
        .executable(name: "filmclub-checkout", targets: ["filmclub-checkout"]),
        .executable(name: "filmclub-streaming", targets: ["filmclub-streaming"]),
    ],
    targets: [
        // C libraries: each is imported by exactly one Swift module (StyleTests hold this).
        cLibrary("CLinux"),
        cLibrary("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        cLibrary("CRDKafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
        cLibrary("CMicroHTTP", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        cLibrary("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        cLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),

        // Foundations
        shared("FilmClubModel"),
        shared("Reactor", uses: ["CLinux"], settings: strictMemory),
        shared("JSON"),
        shared("JOSE", uses: ["CCrypto", "JSON", "Reactor"], settings: strictMemory),
        shared("Postgres", uses: ["CLibPQ", "Reactor"], settings: strictMemory),
        shared("Kafka", uses: ["CRDKafka", "Reactor"], settings: strictMemory),
        shared("HTTPServer", "HTTP/Server", uses: ["CMicroHTTP", "JSON", "Reactor"], settings: strictMemory),
        shared("HTTPClient", "HTTP/Client", uses: ["CCurl", "Reactor"], settings: strictMemory),
        // What clients may rely on, written down: the model's schemas and the documents
        shared("Contracts", uses: ["FilmClubModel", "HTTPServer", "JSON"], resources: [.embedInCode("Schemas")]),
        shared(
            "ServiceShell",
            uses: ["Contracts", "FilmClubModel", "HTTPClient", "HTTPServer", "JOSE", "JSON", "Reactor"],
            exclude: ["Metrics/README.md"]),
        shared("KafkaSettings", uses: ["Kafka", "ServiceShell"]),
        shared(
            "Messaging",
            uses: [
                "FilmClubModel", "HTTPServer", "JSON", "Kafka", "KafkaSettings", "Postgres", "Reactor", "ServiceShell",
            ],
            resources: [.embedInCode("Migrations")]),

        // The operator's command
        .target(
            name: "OperatorCommand",
            dependencies: [
                "FilmClubModel", "HTTPClient", "JOSE", "JSON", "Kafka", "KafkaSettings", "Postgres", "Reactor",
                "ServiceShell",
            ],
            path: "Services/Operator/Command", swiftSettings: strict),
        .executableTarget(
            name: "filmclub", dependencies: ["OperatorCommand"], path: "Services/Operator/Main",
            swiftSettings: strict),

        // Tests: one target a module
        .target(
            name: "TestSupport", dependencies: ["Kafka", "Postgres", "Reactor"], path: "Tests/Support",
            swiftSettings: strict),
        .target(
            name: "ServiceTestSupport",
            dependencies: [
                "TestSupport", "Contracts", "FilmClubModel", "HTTPClient", "HTTPServer", "JOSE", "JSON", "Messaging",
                "Postgres", "ServiceShell",
            ],
            path: "Tests/ServiceSupport", swiftSettings: strict),
        tests("FilmClubModelTests", uses: ["FilmClubModel", "JSON"], exclude: ["Corpus"]),
        tests("ReactorTests", uses: ["Reactor"]),
        tests("JSONTests", uses: ["JSON"]),
        tests("JOSETests", uses: ["JOSE", "JSON", "Reactor"]),
        tests("PostgresTests", uses: ["Postgres", "Reactor"]),
        tests("KafkaTests", uses: ["Kafka", "Reactor"]),
        tests(
            "ContractsTests",
            uses: [
                "Contracts", "FilmClubModel", "HTTPClient", "HTTPServer", "JOSE", "JSON", "ServiceShell",
                "ServiceTestSupport",
            ]),
        tests("HTTPTests", uses: ["HTTPServer", "HTTPClient", "JSON", "Reactor"]),
        tests(
            "ServiceShellTests",
            uses: [
                "ServiceShell", "ServiceTestSupport", "FilmClubModel", "HTTPClient", "HTTPServer", "JOSE", "JSON",
                "Reactor",
            ]),
        tests("KafkaSettingsTests", uses: ["Kafka", "KafkaSettings", "ServiceShell"]),
        tests("MessagingTests", uses: ["Messaging", "FilmClubModel", "JSON", "Kafka", "Postgres", "Reactor"]),
        tests("OperatorTests", uses: ["OperatorCommand", "FilmClubModel", "JSON"]),
        tests(
            "SystemTests",
            uses: [
                "ServiceTestSupport", "FilmClubModel", "HTTPClient", "JSON", "Kafka", "Postgres", "Reactor", "filmclub",
                "filmclub-catalog", "filmclub-cart", "filmclub-checkout", "filmclub-streaming",
            ]),
        tests(
            "ReliabilityTests",
            uses: [
                "FilmClubModel", "HTTPClient", "JSON", "Kafka", "Postgres", "Reactor", "filmclub", "filmclub-catalog",
                "filmclub-cart", "filmclub-checkout", "filmclub-streaming",
            ]),
        tests("StyleTests", uses: []),
        // Faults on purpose, for `deploy/sanitize` to find; no other run executes them.
        tests("SanitizerTests", uses: ["Reactor"]),

        // Fuzzing: every reader of outside bytes; the command is the long form (deploy/fuzz)
        .target(
            name: "Fuzzing",
            dependencies: [
                "FilmClubModel", "HTTPServer", "JOSE", "JSON", "ServiceShell", "StreamingEntitlementDomain",
            ],
            path: "Tests/Fuzzing", swiftSettings: strict),
        .executableTarget(name: "fuzz", dependencies: ["Fuzzing"], path: "Tests/FuzzCommand", swiftSettings: strict),
        tests("FuzzTests", uses: ["Fuzzing"], exclude: ["Corpus"]),
    ]
        + service("Catalog", executable: "filmclub-catalog")
        + service("Cart", executable: "filmclub-cart")
        + service("Checkout", executable: "filmclub-checkout")
        + service("StreamingEntitlement", executable: "filmclub-streaming")
)
