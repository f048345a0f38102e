import FilmClubModel
import StreamingEntitlementDomain
import TestSupport
import Testing

/// Ids and instants by small numbers.
enum Sample {
    static func id<Tag>(_ number: UInt64, _ type: Identifier<Tag>.Type = Identifier<Tag>.self) -> Identifier<Tag> {
        var random = SeededRandom(seed: number)
        return .generate(now: second(0), using: &random)
    }

    /// So many seconds after the window opens.
    static func second(_ seconds: Int64) -> Instant {
        Instant(clamping: (1_800_000_000 + seconds) * 1_000_000)
    }

    static func window(seconds: Int64 = 7 * 86_400) throws -> ScreeningWindow {
        try #require(ScreeningWindow(opensAt: second(0), closesAt: second(seconds)))
    }

    static func entitlement(
        state: EntitlementState = .granted, caps: Caps = Caps(), seconds: Int64 = 7 * 86_400
    ) throws -> Entitlement {
        Entitlement(
            id: id(1), orderId: id(2), lineId: id(3), institutionId: id(4), filmId: id(5),
            territory: try Territory("US"),
            window: try window(seconds: seconds), caps: caps, state: state)
    }
}

struct EntitlementTests {
    @Test("A window opens at its first instant and is closed at its last")
    func window() throws {
        let window = try Sample.window(seconds: 60)
        let table: [(Instant, WindowState)] = [
            (.earliest, .notOpen(opensAt: Sample.second(0))),
            (Instant(clamping: Sample.second(0).microsecondsSince1970 - 1), .notOpen(opensAt: Sample.second(0))),
            (Sample.second(0), .open(closesAt: Sample.second(60))),
            (Instant(clamping: Sample.second(60).microsecondsSince1970 - 1), .open(closesAt: Sample.second(60))),
            (Sample.second(60), .closed(closedAt: Sample.second(60))),
            (.latest, .closed(closedAt: Sample.second(60))),
        ]
        for (now, state) in table { #expect(window.state(at: now) == state, "at \(now)") }
        #expect(ScreeningWindow(opensAt: Sample.second(1), closesAt: Sample.second(1)) == nil)
        #expect(ScreeningWindow(opensAt: Sample.second(2), closesAt: Sample.second(1)) == nil)
    }

    enum Step: Sendable { case suspend, reinstate, revoke }

    /// From, step, to (nil: refused), whether an event is published.
    static let graph: [(EntitlementState, Step, EntitlementState?, Bool)] = [
        (.granted, .suspend, .suspended, true),
        (.granted, .reinstate, .granted, false),
        (.granted, .revoke, .revoked, true),
        (.suspended, .suspend, .suspended, false),
        (.suspended, .reinstate, .granted, true),
        (.suspended, .revoke, .revoked, true),
        (.revoked, .suspend, nil, false),
        (.revoked, .reinstate, nil, false),
        (.revoked, .revoke, .revoked, false),
    ]

    @Test("The states follow the graph; repeating a step publishes nothing; revoked is final", arguments: graph)
    func states(from: EntitlementState, step: Step, to: EntitlementState?, publishes: Bool) throws {
        var entitlement = try Sample.entitlement(state: from)
        var event: (any EventBody)?
        do throws(EntitlementRejection) {
            switch step {
            case .suspend: event = try entitlement.suspend(reason: "unpaid")
            case .reinstate: event = try entitlement.reinstate()
            case .revoke: event = entitlement.revoke(reason: "refunded")
            }
        } catch {
            #expect(to == nil)
            #expect(error == .alreadyRevoked(entitlement.id))
        }
        #expect(entitlement.state == to ?? from)
        #expect((event != nil) == publishes)
        #expect(event == nil || event?.key == entitlement.orderId.text)
    }
}

struct EntitlementGrantsTests {
    static func order(films: [UInt64], lines: [UInt64]? = nil) throws -> OrderConfirmed {
        let lineNumbers = lines ?? films.indices.map { 100 + UInt64($0) }
        return OrderConfirmed(
            orderId: Sample.id(2), institutionId: Sample.id(4), territory: try Territory("US"),
            timeZone: try TimeZoneName("America/Chicago"), programmeId: Sample.id(6), programmeVersion: 1,
            lines: zip(films, lineNumbers).map { film, line in
                ConfirmedLine(lineId: Sample.id(line), filmId: Sample.id(film), title: "Film \(film)")
            },
            windowDays: 7, windowPolicy: .openAtOnce, caps: Caps(concurrentSessionsMax: 3),
            confirmedAt: Sample.second(0))
    }

    static func decide(_ order: OrderConfirmed, slots: Int? = 5) throws -> EntitlementGrants {
        var next: UInt64 = 1_000
        return try EntitlementGrants.decide(
            order, slots: slots, window: try Sample.window(), playable: Set((1...9).map { Sample.id($0) })
        ) {
            next += 1
            return Sample.id(next)
        }
    }

    @Test("A confirmed order has exactly one entitlement a line")
    func grants() throws {
        let order = try Self.order(films: [3, 1, 4, 5, 9])
        let grants = try Self.decide(order)
        #expect(grants.entitlements.map(\.filmId) == order.lines.map(\.filmId))
        #expect(grants.entitlements.map(\.lineId) == order.lines.map(\.lineId))
        #expect(Set(grants.entitlements.map(\.id)).count == 5)
        for entitlement in grants.entitlements {
            #expect(entitlement.state == .granted)
            #expect(entitlement.institutionId == order.institutionId && entitlement.orderId == order.orderId)
            #expect(entitlement.territory == order.territory && entitlement.caps == order.caps)
        }
        #expect(grants.event.entitlements.map(\.entitlementId) == grants.entitlements.map(\.id))
        #expect(grants.event.entitlements.allSatisfy { $0.opensAt == Sample.second(0) })
        #expect(grants.event.key == order.orderId.text)
    }

    @Test("Where the programme is not known here, the order's own lines count")
    func unknownSlots() throws {
        #expect(try Self.decide(try Self.order(films: [1, 2, 3]), slots: nil).entitlements.count == 3)
    }

    static let refused: [([UInt64], [UInt64]?, GrantRefusal, String)] = [
        ([], nil, .noLines, "no-lines"),
        ([1, 2, 3, 4], nil, .wrongNumberOfFilms(4, slots: 5), "wrong-number-of-films"),
        ([1, 2, 3, 4, 5, 6], nil, .wrongNumberOfFilms(6, slots: 5), "wrong-number-of-films"),
        ([1, 2, 3, 4, 1], nil, .filmTwice(Sample.id(1)), "film-twice"),
        ([1, 2, 3, 4, 5], [7, 8, 9, 10, 7], .lineTwice, "line-twice"),
        ([1, 2, 3, 4, 77], nil, .filmWithoutMedia(Sample.id(77)), "film-without-media"),
    ]

    @Test("An order that breaks a rule gets nothing, and checkout is told why", arguments: refused)
    func refuses(films: [UInt64], lines: [UInt64]?, refusal: GrantRefusal, reason: String) throws {
        let order = try Self.order(films: films, lines: lines)
        #expect(throws: refusal) { try Self.decide(order) }
        #expect(refusal.event(for: order).reason == reason)
    }
}
