internal import FilmClubModel
internal import HTTPClient
internal import JSON
internal import Reactor
internal import ServiceShell

/// The main job as a client does it: browse, pick five, order, and play five subtitled streams. Ends well only if all
/// of it was true.
struct Demo: Subcommand {
    static let name = "demo"
    static let summary = "Show the main job over HTTP: five films chosen, one order placed, five streams playing."
    static let usage = "demo [--institution UUID] [--programme SLUG] [--search WORDS]"
    /// Prairie Lakes University of the sample catalogue.
    static let sampleInstitution = "019b76da-a800-7000-8157-000000000001"

    private let institution: InstitutionID
    private let programme: String
    private let search: String

    init(_ options: Options) throws(UsageError) {
        do {
            institution = try InstitutionID(options["--institution"] ?? Self.sampleInstitution)
        } catch {
            throw UsageError("--institution: \(error)")
        }
        programme = options["--programme"] ?? "spanish-film-club"
        search = options["--search"] ?? "almodovar"
    }

    func run(_ context: CommandContext) async throws {
        let house = House(context)
        let timeline = Timeline()
        let librarian = try context.token(
            TokenRequest(subject: "librarian", institution: institution, roles: [.selector, .purchaser, .organiser]))
        let student = try context.token(
            TokenRequest(subject: "student", institution: institution, roles: [.viewer]))

        let films = try await browse(house, timeline, librarian)
        let cart = try await fillCart(house, timeline, librarian, films, context.loop)
        let order = try await place(house, timeline, librarian, cart, context.loop)
        let entitlements = try await awaitEntitlements(house, timeline, librarian, order, context.loop)
        for entitlement in entitlements {
            try await Playback(house: house, token: student).watch(entitlement, timeline)
        }
        try await refuseWithoutToken(house, timeline)
        print("\nAll of it was true: one order, \(entitlements.count) entitlements, \(entitlements.count) streams.")
        print("Trace it with: filmclub trace \(order.id)")
    }

    // MARK: - Browse and choose

    private func browse(_ house: House, _ timeline: Timeline, _ token: String) async throws -> [Film] {
        let buyer: Institution = try await house.call(
            "GET", house.url(.checkout, "/v1/institutions/\(institution)"), token: token)
        timeline.mark("institution: \(buyer.name) (\(buyer.territory), \(buyer.timeZone))")
        let found: FilmPage = try await house.call(
            "GET", house.url(.catalog, "/v1/films?limit=100&q=\(search.percentEncoded)"))
        timeline.mark("searched “\(search)”: \(found.films.count) films")
        let all: FilmPage = try await house.call("GET", house.url(.catalog, "/v1/films?limit=100"))
        var chosen: [Film] = []
        for summary in found.films + all.films where !chosen.contains(where: { $0.id == summary.id }) {
            guard chosen.count < 5 else { break }
            let film: Film = try await house.call("GET", house.url(.catalog, "/v1/films/\(summary.id)"))
            guard film.isSellable(in: buyer.territory) else { continue }
            chosen.append(film)
            let directors = film.directors.joined(separator: ", ")
            timeline.mark("film page: \(film.title) (\(film.year.map(String.init) ?? "?")), \(directors)")
        }
        try require(chosen.count == 5, "The catalogue has fewer than five films for \(buyer.territory).")
        return chosen
    }

    private func fillCart(
        _ house: House, _ timeline: Timeline, _ token: String, _ films: [Film], _ loop: EventLoop
    ) async throws -> Cart {
        // A house that has just come up may still be telling cart what catalog and checkout have imported.
        var cart: Cart = try await retrying(loop, while: ["programme-unknown", "institution-unknown"]) {
            try await house.call(
                "POST", house.url(.cart, "/v1/carts"), token: token, idempotencyKey: randomKey(),
                body: try JSON.encode(["programmeId": programme]), expecting: 201)
        }
        timeline.mark("cart opened: \(cart.missing.films) films missing")
        for film in films {
            cart = try await retrying(loop, while: ["film-unknown"]) {
                try await house.call("PUT", house.url(.cart, "/v1/carts/\(cart.id)/films/\(film.id)"), token: token)
            }
            timeline.mark("chose \(film.title): \(cart.missing.films) missing")
        }
        try require(cart.state == "complete", "The cart has five films and is \(cart.state).")
        return cart
    }

    // MARK: - Order

    private func place(
        _ house: House, _ timeline: Timeline, _ token: String, _ cart: Cart, _ loop: EventLoop
    ) async throws -> Order {
        let body = try JSON.encode(
            OrderRequest(
                cartId: cart.id, programmeId: cart.programmeId, filmIds: cart.slots.compactMap(\.filmId),
                payment: .init(method: "purchase_order", purchaseOrderNumber: "PO-DEMO-\(randomKey().prefix(8))")))
        let key = randomKey()
        func answer() async throws -> [UInt8] {
            try await house.call(
                "POST", house.url(.checkout, "/v1/orders"), token: token, idempotencyKey: key, body: body,
                expecting: 201)
        }
        // As above: what cart has heard already, checkout may hear a moment later.
        let first = try await retrying(loop, while: ["programme-unknown", "film-unknown"]) { try await answer() }
        timeline.orderAnswered = .now
        let order = try JSON.decode(Order.self, from: first)
        timeline.mark("ordered: \(order.number), \(order.total)")
        try require(order.lines.count == 5, "The order has \(order.lines.count) lines.")
        let again = try await answer()
        try require(again == first, "The same key was answered with other bytes.")
        return order
    }

    private func awaitEntitlements(
        _ house: House, _ timeline: Timeline, _ token: String, _ order: Order, _ loop: EventLoop
    ) async throws -> [Entitlement] {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let list: EntitlementList = try await house.call(
                "GET", house.url(.streaming, "/v1/entitlements?orderId=\(order.id)"), token: token)
            if list.entitlements.count == order.lines.count {
                timeline.mark(
                    "\(list.entitlements.count) entitlements: from the order's answer to streams that can be played",
                    since: timeline.orderAnswered)
                try require(
                    Set(list.entitlements.map(\.filmId)).count == order.lines.count,
                    "The entitlements do not name \(order.lines.count) different films.")
                try await awaitFulfilled(house, timeline, token, order, loop, before: deadline)
                return list.entitlements
            }
            try require(ContinuousClock.now < deadline, "The order has no entitlements after 60 s.")
            try await loop.sleep(for: .milliseconds(2))
        }
    }

    private func awaitFulfilled(
        _ house: House, _ timeline: Timeline, _ token: String, _ order: Order, _ loop: EventLoop,
        before deadline: ContinuousClock.Instant
    ) async throws {
        while true {
            let now: Order = try await house.call("GET", house.url(.checkout, "/v1/orders/\(order.id)"), token: token)
            if now.state == "fulfilled" {
                return timeline.mark("order fulfilled, since its answer", since: timeline.orderAnswered)
            }
            try require(ContinuousClock.now < deadline, "The order is \(now.state) after 60 s, not fulfilled.")
            try await loop.sleep(for: .milliseconds(2))
        }
    }

    private func refuseWithoutToken(_ house: House, _ timeline: Timeline) async throws {
        _ = try await house.call(
            "GET", house.url(.streaming, "/v1/play/no-token/master.m3u8"), expecting: 401)
        timeline.mark("without a token: 401")
    }

    // MARK: -

    private func randomKey() -> String { EventID.generate(now: .now()).text.filter { $0 != "-" }.reversedText }

    /// Repeats `body` while it is refused for one of these reasons, for at most 30 s.
    private func retrying<Answer>(
        _ loop: EventLoop, while reasons: [String], _ body: () async throws -> Answer
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do {
                return try await body()
            } catch let refusal as UnexpectedAnswer
                where reasons.contains(where: { refusal.type?.hasSuffix(":\($0)") ?? false })
            {
                guard ContinuousClock.now < deadline else { throw refusal }
                try await loop.sleep(for: .milliseconds(50))
            }
        }
    }
}

/// Something that had to be true was not.
struct DemoFailed: Error, CustomStringConvertible {
    let description: String
}

func require(_ holds: @autoclosure () throws -> Bool, _ sentence: @autoclosure () -> String) throws {
    guard try holds() else { throw DemoFailed(description: sentence()) }
}

extension String {
    /// The random end of a version 7 UUID first, so that a prefix of it is random too.
    fileprivate var reversedText: String { String(reversed()) }

    /// RFC 3986 §2.1.
    var percentEncoded: String {
        utf8.map { byte in
            let isUnreserved =
                byte.isLetterOrDigit
                || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~")]
                    .contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            return isUnreserved
                ? String(UnicodeScalar(byte)) : "%\(hex.count == 1 ? "0" : "")\(hex)"
        }.joined()
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
