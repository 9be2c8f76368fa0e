// SPDX-License-Identifier: LGPL-2.1-only

package main

// random is splitmix64: one number a mutant seeds it, so that every mutant can
// be made again by itself.
type random struct{ state uint64 }

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below gives a number less than n, and 0 for n = 0.
func (r *random) below(n int) int {
	if n <= 0 {
		return 0
	}
	return int(r.next() % uint64(n))
}

var interesting = []uint64{
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 20, 21, 24, 31,
	32, 37, 40, 63, 64, 100, 127, 128, 255, 256, 511, 512, 1023, 1024, 1025,
	4095, 4096, 0x1f80, 0x3fff, 0x7fff, 0x8000, 0xffff, 0x10000, 0xfffff,
	1 << 20, 1<<24 - 1, 1 << 30, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<32 | 17,
	1 << 33, 1<<40 - 1, 1 << 47, 1<<47 - 1, 0xffff800000000000, 1<<52 - 1,
	1 << 52, 1 << 60, 13 << 60, 14 << 60, 15 << 60, 1 << 63, 1<<63 - 1,
	1<<64 - 1, 0x80000001, 0xc0000080, 0xd, 0x54381286,
	33, 104, 103 << 32, 104 << 32, 8329 << 32, 8330 << 32, 576, 4080, 4081, 7168,
	7169, 8192, 8193, 9999, 10000, 16384, 16385, 20000000, 20000001, 0xfec00000,
	1<<17 - 1, 1 << 17, 0x48, 0x140, 0x6e1, 0xd90, 0xda0, 0xc0000103, 0xc0011019,
	0x10001, 0x80050033, 0xd01, 0x500,
}

// value gives one of the interesting ones for a field of so many octets, or one
// near what is there.
func (r *random) value(old uint64, width int) uint64 {
	switch r.below(11) {
	case 0:
		return old + 1
	case 1:
		return old - 1
	case 2, 5:
		return old ^ 1<<uint(r.below(8*width))
	case 6:
		return uint64(r.below(18))
	case 3:
		return r.next()
	case 4:
		return old * 2
	}
	return interesting[r.below(len(interesting))]
}
