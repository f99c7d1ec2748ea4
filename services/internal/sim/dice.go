package sim

import (
	"crypto/sha1" //nolint:gosec // for stable ids as in UUID version 5; nothing depends on it being secure
	"fmt"
	"math/rand/v2"
)

// Dice is a seeded source of random numbers. It is not safe for concurrent use.
type Dice struct{ *rand.Rand }

func newDice(seed uint64, stream byte) *Dice {
	return &Dice{rand.New(rand.NewPCG(seed, uint64(stream)))}
}

// UUID returns a UUID of version 4.
func (d *Dice) UUID() string {
	high, low := d.Uint64(), d.Uint64()
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 2<<62
	return uuidText(high, low)
}

func uuidText(high, low uint64) string {
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
}

// DerivedID returns an id for a name. It is always the same for the same name.
func DerivedID(kind, name string) string {
	sum := sha1.Sum([]byte(kind + "\x00" + name)) //nolint:gosec // see the import
	var high, low uint64
	for i := range 8 {
		high, low = high<<8|uint64(sum[i]), low<<8|uint64(sum[8+i])
	}
	return uuidText(high&^0xf000|0x5000, low&^(3<<62)|2<<62)
}
