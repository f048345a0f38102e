import CheckoutDomain
import FilmClubModel
import ServiceTestSupport
import Testing

@Suite("What a decision on an institution does")
struct VerificationTests {
    private func school(verified: Bool) throws -> Institution {
        var school = try SampleHouse().school
        school.verified = verified
        return school
    }

    @Test("Verifying and revoking make its next version, refusing leaves it as it is")
    func kinds() throws {
        let unverified = try school(verified: false)
        let verified = try unverified.decided(.verified, last: nil)
        #expect(verified.verified && verified.version == unverified.version + 1)
        #expect(try unverified.decided(.refused, last: nil) == unverified)
        #expect(try unverified.decided(.refused, last: .revoked) == unverified)
        let revoked = try verified.decided(.revoked, last: .verified)
        #expect(!revoked.verified && revoked.version == verified.version + 1)
        #expect(try revoked.decided(.verified, last: .revoked).verified)
    }

    @Test("A decision that says nothing new is refused")
    func nothingNew() throws {
        let (unverified, verified) = (try school(verified: false), try school(verified: true))
        for (institution, decision, last) in [
            (verified, .verified, .verified), (verified, .verified, nil), (verified, .refused, .verified),
            (unverified, .revoked, nil), (unverified, .revoked, .revoked), (unverified, .refused, .refused),
        ] as [(Institution, VerificationDecision, VerificationDecision?)] {
            #expect(throws: AlreadyDecided(isVerified: institution.verified)) {
                try institution.decided(decision, last: last)
            }
        }
    }

    @Test("A statement decides where it changes whether an institution is verified")
    func stated() throws {
        let (unverified, verified) = (try school(verified: false), try school(verified: true))
        #expect(verified.decision(since: nil) == .verified)
        #expect(verified.decision(since: unverified) == .verified)
        #expect(verified.decision(since: verified) == nil)
        #expect(unverified.decision(since: nil) == nil)
        #expect(unverified.decision(since: unverified) == nil)
        #expect(unverified.decision(since: verified) == .revoked)
    }
}
